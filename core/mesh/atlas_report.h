// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <cstdint>

namespace portrait {

// What can be said of a mesh's texcoords. Shares and quantiles are of the area in space.
struct AtlasReport {
  int charts = 0;             // pieces that hang together through shared vertices
  std::int64_t flipped = 0;   // triangles that are mirrored in the texture, or have no area there
  std::int64_t overlap = 0;   // samples in two triangles' insides, of 4 x 4 in each texel
  std::int64_t outside = 0;   // vertices whose place is not in the unit square
  double median_stretch = 0;  // larger over smaller singular value from texture to surface
  double high_stretch = 0;    // the same, not exceeded by 95 % of the area
  // Texels per length over its median, exceeded by 95 % and by 5 % of the area.
  double low_density = 0;
  double high_density = 0;
  double used = 0;                // share of the square that triangles cover
  double texels_per_mm = 0;       // along a length, median over the whole surface
  double face_texels_per_mm = 0;  // the same where face_weight is at least a half; 0 without
};

// Texel counts are for a square texture of `texture_size`. Triangles without area in space count
// in `flipped`, `overlap` and `used` alone, those with places that are not finite in `flipped`. A
// sample on a side belongs to neither triangle. Takes size^2 * 2 bytes while it works.
// Throws kBadUsage when the mesh has no texcoords, or not one per position, or the size is not
// from 1 to 16384.
AtlasReport inspect_atlas(const TriangleMesh& mesh, int texture_size);

}  // namespace portrait
