// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/pipeline/view_lock.h"

#include <filesystem>
#include <memory>

namespace portrait {

inline constexpr int kViewPicturePx = 512;  // a side, of what is written and kept

// A viewpoint's picture as a PNG to be painted on; where it was taken stands in its text keys, as
// core/session/picture_viewpoint.h reads them. Throws kIo, kBadUsage (another ending than .png).
void write_view_picture(const std::filesystem::path& path, const Image& picture,
                        const Viewpoint& viewpoint);

// What an artist brings back, any picture that can be read, reduced to kViewPicturePx. Throws as
// read_image() does; kBadInput unless it is square and at least half as large as it was written.
std::shared_ptr<const ArtistPicture> read_view_picture(const std::filesystem::path& path);

}  // namespace portrait
