// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <functional>

namespace portrait {

struct SimplifyOptions {
  int triangles = 60000;  // the most that may remain, at least 4
  // About how many times shorter edges come out where the weight is 1 than where it is 0 on a
  // surface of the same shape, from 1 to 10.
  double magnification = 2.0;
  // In [0, 1] and smooth over the surface, of a position in world units; without one, face_weight.
  // Not a number counts as 0.
  std::function<float(const Eigen::Vector3f& position)> weight = {};
};

// Fewer triangles with the shape kept: edges collapse into one of their ends in the order of
// quadric errors (Garland and Heckbert, SIGGRAPH 1997), which count for more where the weight is
// high, with a small cost of length, so that flat parts keep well-shaped triangles. No triangle
// turns by more than 78 degrees in one collapse. Vertices keep their position, normal, colour and
// texcoord; those that went are left out, the others keep their order. Border vertices all stay.
//
// A collapse must pass the link condition (Dey et al., 1999), so a manifold stays one, with the
// same handles and borders. (meshoptimizer 0.18 does not look at it, and leaves edges with four
// triangles in hair.) For that reason, and because borders stay, the budget may be missed by the
// triangles that these need. A mesh within the budget comes back as it is.
// Throws kBadUsage for options out of range and kBadInput as opposite_sides does.
TriangleMesh simplify(const TriangleMesh& mesh, const SimplifyOptions& options = {});

}  // namespace portrait
