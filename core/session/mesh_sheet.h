// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/textured_head.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// What an artist wants to know of a mesh before it is used, as a JSON object: triangles, height in
// millimetres, whether it is closed, edges that are no manifold's, charts, overlap, stretch, texels
// a millimetre on the face, the photo's pixels a texel (and "upsampled" where there are fewer than
// one), "colours" where no file carries any, how nearly it looks like the head's own pictures, and
// each file's bytes and SHA-256. files: names in the folder, which exist. Throws kIo.
std::string mesh_sheet(const TexturedHead& head, const std::filesystem::path& folder,
                       const std::vector<std::string>& files);

}  // namespace portrait
