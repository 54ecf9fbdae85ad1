// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <filesystem>
#include <vector>

namespace portrait {

// The mean head's outermost surface over each plane, [3, D, R, R] world units (PlaneEncoder's
// constant), averaged over the subjects of a cache: the lower half of the slices looks along the
// positive normal, the upper half along the negative one. Where no subject has matter the value of
// the nearest matter is spread. frontal: of what a FrontalView sees only.
Tensor mean_surface(const std::vector<std::filesystem::path>& subjects, int slices, int resolution,
                    bool frontal = false);

}  // namespace portrait
