// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <optional>
#include <string>
#include <string_view>

namespace portrait {

// How a picture that leaves the program says which viewpoint it is of: by a PNG's text keys, and by
// its name for paint programs that drop these.
inline constexpr const char* kViewpointKey = "PortraitViewpoint";               // "30,0"
inline constexpr const char* kViewpointComment = "Portrait Studio viewpoint ";  // and so on

std::string viewpoint_text(const Viewpoint& viewpoint);  // "30,0", degrees
// Nothing where the text is not two numbers, in the range of detail.viewpoints.
std::optional<Viewpoint> viewpoint_of_text(std::string_view text);
std::optional<Viewpoint> viewpoint_of_comment(std::string_view comment);

// "anna az+030 el-05.5.png" for the viewpoint (30, -5.5) of anna.
std::string view_picture_name(const std::string& head, const Viewpoint& viewpoint);
// Of such a name, whatever stands before or behind it, and of those that `portrait render` gives.
std::optional<Viewpoint> viewpoint_of_name(std::string_view name);

}  // namespace portrait
