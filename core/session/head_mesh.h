// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

namespace portrait {

class HeadView;

// The head's surface, with normals: density grid, marching cubes, the largest component, smoothed.
// resolution: samples along the cube's edge, 8 at least; threshold: density (mesh.threshold).
// Throws kBadInput when there is no surface at that threshold, kBadUsage.
TriangleMesh surface_of_head(const HeadView& head, int resolution, double threshold);

// Vertex colours (linear) from the field: what the decoder says, without the super-resolution and
// the surface's fine colours, which pictures have.
void colour_by_field(TriangleMesh& mesh, const HeadView& head);

}  // namespace portrait
