// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

namespace portrait {

// Keeps the connected component that encloses the largest volume: floaters go, and inner shells
// (cavities, whose enclosed volume is negative) too. Returns how many components were removed.
int keep_largest_component(TriangleMesh& mesh);

// Drops triangles with a repeated vertex or no area, and vertices that no triangle uses.
// Returns how many triangles were removed.
int drop_degenerate_triangles(TriangleMesh& mesh);

// Taubin's lambda|mu smoothing (SIGGRAPH 1995) with uniform weights: takes the staircase off an
// iso-surface without shrinking it. Border vertices stay. Normals are recomputed.
struct SmoothingOptions {
  int iterations = 4;
  float lambda = 0.5F;
  float mu = -0.53F;
};
void taubin_smooth(TriangleMesh& mesh, const SmoothingOptions& options = {});

}  // namespace portrait
