// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/conformal.h"

namespace portrait {

struct RelaxationOptions {
  int iterations = 16;
  // Of these, the first ones go the whole way, flipped triangles or not: a conformal map that
  // shrinks a part to next to nothing could not open it again in guarded steps.
  int free_iterations = 12;
  double enough = 1e-3;  // stops when a step lowers the energy by less than this share of it
};

// Moves the vertices toward a map that keeps lengths: as rigid as possible (Liu et al., "A
// local/global approach to mesh parameterization", SGP 2008) with cotangent weights. A guarded step
// never goes past nine tenths of the way to the first triangle that would turn over (Smith and
// Schaefer, SIGGRAPH 2015) and never raises the energy, so a map without flipped triangles keeps
// none, and one with some has no more: the energy is that of the nearest rotation, which turns them
// back. Scaled to the chart's area at the end. Returns the energy: the area-weighted mean of (s -
// 1)^2 + (r - 1)^2 over the singular values of the map. Throws kNumerical as conformal_map does.
double relax_map(const ChartMesh& chart, FlatMap& map, const RelaxationOptions& options = {});

}  // namespace portrait
