// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <filesystem>
#include <string>

namespace portrait {

// glTF 2.0 measures in metres: 1 world unit = 0.4 m.
inline constexpr float kMetresPerUnit = 0.4F;

struct GlbOptions {
  std::string name = "head";
  // Vertex colours carry the light of the photo, so they are shown as they are
  // (KHR_materials_unlit); viewers without the extension shade a rough, non-metallic surface.
  bool unlit = true;
  std::string extras_json{};  // a JSON object kept in asset.extras (seed, settings); empty: none
};

// Writes a binary glTF 2.0 file: metres, +Y up, +Z front; POSITION (with min and max), NORMAL,
// COLOR_0 (normalised u16, linear RGBA) when the mesh has colours, indices u32. Written beside
// and renamed, then read back and compared, so that an export that returns is a good one.
// Throws kBadInput for an empty or non-finite mesh (and says which threshold to try), kBadUsage
// for extras that are no JSON object, kIo.
void write_glb(const std::filesystem::path& path, const TriangleMesh& mesh,
               const GlbOptions& options = {});

// Reads what write_glb writes (one mesh, one primitive, tightly packed views) back into world
// units, and checks header, chunk lengths, accessors, bounds, index range and finiteness.
// Throws kNotFound, kCorrupt, kUnsupported.
TriangleMesh read_glb(const std::filesystem::path& path);

}  // namespace portrait
