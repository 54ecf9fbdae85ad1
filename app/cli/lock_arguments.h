// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/camera/camera.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait::cli {

// A viewpoint of the ring and the picture that was painted of it.
struct LockArgument {
  Viewpoint viewpoint;
  std::filesystem::path picture;
};

// Of "30,0=beret.png" and the like. Reads the pictures, so that a bad one is found before anything
// is computed. Throws kBadUsage (reads otherwise, no viewpoint of detail.viewpoints, one that is
// named twice), and what read_view_picture() throws.
std::vector<LockArgument> lock_arguments(const std::vector<std::string>& texts,
                                         const Settings& settings);

}  // namespace portrait::cli
