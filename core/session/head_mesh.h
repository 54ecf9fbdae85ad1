// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

namespace portrait {

class HeadView;
class Settings;

struct HeadSurface {
  int resolution = 256;     // samples along the cube's edge, 8 at least
  double threshold = 25;    // density at which the surface lies
  double bottom_mm = -190;  // height below which there is nothing; the cube ends at -200

  static HeadSurface from(const Settings& settings);  // mesh.*
};

// The head's surface, with normals: density grid, soft occupancy, marching cubes, the largest
// component, smoothed. Closed, flat where it was cut.
// Throws kBadInput when there is no surface at that threshold, kBadUsage.
TriangleMesh surface_of_head(const HeadView& head, const HeadSurface& surface);

// Vertex colours (linear) from the field: what the decoder says, without the super-resolution and
// the surface's fine colours, which pictures have.
void colour_by_field(TriangleMesh& mesh, const HeadView& head);

}  // namespace portrait
