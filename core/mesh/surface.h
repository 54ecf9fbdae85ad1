// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"
#include "core/mesh/mesh_report.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

struct SurfaceOptions {
  float threshold = 10.0F;  // density per unit of length; inside = at least this
  // Of soft_occupancy(), world units; negative: the density is taken as it is.
  float blur = -1;
  bool keep_largest = true;  // without floaters and inner shells
  int smoothing_iterations = 4;
};

struct Surface {
  TriangleMesh mesh;  // with normals, without colours
  MeshReport report;
  int components_removed = 0;
};

// Density to finished surface: soft occupancy, marching cubes, the largest component, Taubin
// smoothing, report. Throws kBadInput when no density reaches the threshold; the message names the
// largest density found and a threshold to try. Throws kBadUsage as marching_cubes does.
Surface extract_surface(const DensityGrid& grid, const SurfaceOptions& options = {});

}  // namespace portrait
