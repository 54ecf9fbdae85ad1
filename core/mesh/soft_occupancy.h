// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"

namespace portrait {

// Where matter is, told gently: o = 1 - 2^(-density / threshold) of each node, blurred by a
// Gaussian of `sigma` world units (0: not). `density` of the result holds o in [0, 1]; it is a half
// where the density was the threshold, 0 where it was no number. A trained field's density jumps
// from nothing to hundreds within a node or two and is ragged there: a surface taken from it stands
// in steps and is pierced by tunnels finer than what the field can know, one taken from o does not.
// Takes two more grids of that size while it works. Throws kBadUsage when threshold is not above 0
// or sigma is below 0.
DensityGrid soft_occupancy(const DensityGrid& grid, float threshold, float sigma);

}  // namespace portrait
