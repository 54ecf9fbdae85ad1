// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <filesystem>

namespace portrait {

// Binary little-endian PLY 1.0 in metres as in GLB (1 world unit = 0.4 m): float positions and
// normals, uchar sRGB colours when the mesh has them, triangles as uchar + int lists. Written
// beside and renamed, then read back and compared.
// Throws kBadInput for an empty or non-finite mesh, kIo.
void write_ply(const std::filesystem::path& path, const TriangleMesh& mesh);

// Reads what write_ply writes, back into world units and linear colours.
// Throws kNotFound, kCorrupt, kUnsupported.
TriangleMesh read_ply(const std::filesystem::path& path);

}  // namespace portrait
