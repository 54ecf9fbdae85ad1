// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/surface.h"

#include "core/base/error.h"
#include "core/mesh/marching_cubes.h"
#include "core/mesh/mesh_cleaning.h"
#include "core/mesh/soft_occupancy.h"

namespace portrait {

Surface extract_surface(const DensityGrid& grid, const SurfaceOptions& options) {
  Surface surface;
  surface.mesh = options.blur < 0
                     ? marching_cubes(grid, options.threshold)
                     : marching_cubes(soft_occupancy(grid, options.threshold, options.blur), 0.5F);
  if (surface.mesh.empty()) {
    const float largest = largest_density(grid);
    check(largest > 0, ErrorCode::kBadInput,
          "There is no surface: the field is empty in the box that was sampled. Make a head first, "
          "or start this one again");
    fail(ErrorCode::kBadInput,
         "There is no surface at density {:.3g}: the largest density found is {:.3g}; try the "
         "threshold {:.2g}",
         options.threshold, largest, largest / 4);
  }
  if (options.keep_largest) surface.components_removed = keep_largest_component(surface.mesh);
  taubin_smooth(surface.mesh, {.iterations = options.smoothing_iterations});
  surface.report = inspect_mesh(surface.mesh);
  return surface;
}

}  // namespace portrait
