// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_texture.h"

#include <filesystem>
#include <string>

namespace portrait {

struct UsdaOptions {
  std::string name = "head";  // of the root prim; what USD does not allow becomes '_'
  // Written beside the USDA as "<stem>_texture.png" and "<stem>_normals.png", which UsdUVTexture
  // shaders name. In its place vertex colours are primvars:displayColor, linear.
  MeshTexture texture{};
};

// OpenUSD as text ("#usda 1.0"): metersPerUnit = 1, upAxis = "Y", the face looks along +Z; one Mesh
// (subdivisionScheme "none", right-handed) with points, extent, normals and primvars:st per vertex
// (v upward: 1 - v of the mesh), and a rough, non-metallic UsdPreviewSurface when there is a
// texture. Numbers are the shortest that read back as the same float. All files are written beside
// and renamed together, after they were read back and compared.
// Throws kBadInput for an empty or non-finite mesh, kBadUsage for a texture without texcoords, kIo.
void write_usda(const std::filesystem::path& path, const TriangleMesh& mesh,
                const UsdaOptions& options = {});

// Reads what write_usda writes, back into world units. It is no reader of USD: it looks for the
// attributes by their text. Throws kNotFound (textures too), kCorrupt, kUnsupported.
TexturedMesh read_usda(const std::filesystem::path& path);

}  // namespace portrait
