// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_axes.h"

#include <filesystem>

namespace portrait {

// Binary STL, for printing: by default millimetres and +Z up. 80 bytes of text, a u32 count, 50
// bytes a triangle: its normal, three corners (float), a u16 of zero. Only the shape is kept: no
// colours, no texture, every corner on its own. Whether the surface is closed is for the caller to
// know. Written beside and renamed, then read back and compared.
// Throws kBadInput for an empty or non-finite mesh, kBadUsage for axes that cannot be, kIo.
void write_stl(const std::filesystem::path& path, const TriangleMesh& mesh,
               const MeshAxes& axes = mesh_axes(MeshPreset::kPrint, MeshFormat::kStl));

// Reads a binary STL into world units: three positions a triangle, in the file's order, no normals.
// Throws kNotFound, kCorrupt, kUnsupported (an ASCII STL).
TriangleMesh read_stl(const std::filesystem::path& path,
                      const MeshAxes& axes = mesh_axes(MeshPreset::kPrint, MeshFormat::kStl));

}  // namespace portrait
