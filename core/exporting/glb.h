// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_axes.h"
#include "core/exporting/mesh_texture.h"
#include "core/mesh/triangle_mesh.h"

#include <filesystem>
#include <string>

namespace portrait {

struct GlbOptions {
  std::string name = "head";
  // Colours carry the light of the photo, so they are shown as they are (KHR_materials_unlit);
  // viewers without the extension shade a rough, non-metallic surface.
  bool unlit = true;
  std::string extras_json{};  // a JSON object kept in asset.extras (seed, settings); empty: none
  // The base colour lies in the binary chunk as a PNG. It takes the place of the vertex colours:
  // glTF multiplies the two. The normal map is for lit materials only; an unlit one ignores it, so
  // that it is left out of the file. With it go the tangents (core/mesh/tangents.h).
  MeshTexture texture{};
};

// Writes a binary glTF 2.0 file: metres, +Y up, +Z front; POSITION (with min and max), NORMAL,
// TEXCOORD_0 (float) with a texture, TANGENT with a normal map, COLOR_0 (normalised u16, linear
// RGBA) when the mesh has colours and no texture, indices u32. Written beside and renamed, then
// read back and compared (textures byte by byte), so that an export that returns is a good one.
// Throws kBadInput for an empty or non-finite mesh (and says which threshold to try), kBadUsage
// for extras that are no JSON object and for a texture without texcoords, kIo.
void write_glb(const std::filesystem::path& path, const TriangleMesh& mesh,
               const GlbOptions& options = {});

// Reads what write_glb writes (one mesh, one primitive, tightly packed views) back into world
// units, and checks header, chunk lengths, accessors, bounds, index range, finiteness and pictures.
// Throws kNotFound, kCorrupt, kUnsupported.
TexturedMesh read_textured_glb(const std::filesystem::path& path);
TriangleMesh read_glb(const std::filesystem::path& path);

}  // namespace portrait
