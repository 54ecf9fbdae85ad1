// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_axes.h"
#include "core/exporting/mesh_texture.h"

#include <filesystem>

namespace portrait {

struct PlyOptions {
  MeshAxes axes = mesh_axes(MeshPreset::kGltf, MeshFormat::kPly);
  // Written beside the PLY as "<stem>_texture.png" and named in "comment TextureFile". PLY knows no
  // normal map: that part is left out.
  MeshTexture texture{};
};

// Binary little-endian PLY 1.0, by default in metres as in GLB (1 world unit = 0.4 m): float
// positions and normals, texcoords when the mesh has them (v upward; the same numbers as s and t,
// which Blender reads, and as texture_u and texture_v, which MeshLab reads), uchar sRGB colours
// when the mesh has them, triangles as uchar + int lists. All files are written beside and renamed
// together, after they were read back and compared.
// Throws kBadInput for an empty or non-finite mesh, kBadUsage for a texture without texcoords and
// for axes that cannot be, kIo.
void write_ply(const std::filesystem::path& path, const TriangleMesh& mesh,
               const PlyOptions& options = {});

// Reads what write_ply writes, back into world units and linear colours.
// Throws kNotFound (the texture too), kCorrupt, kUnsupported.
TexturedMesh read_textured_ply(const std::filesystem::path& path,
                               const MeshAxes& axes = mesh_axes(MeshPreset::kGltf,
                                                                MeshFormat::kPly));
// The mesh alone; a texture is not looked for.
TriangleMesh read_ply(const std::filesystem::path& path,
                      const MeshAxes& axes = mesh_axes(MeshPreset::kGltf, MeshFormat::kPly));

}  // namespace portrait
