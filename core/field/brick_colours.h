// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/baked_volume.h"

namespace portrait {

// Gives the faint samples of a brick the colour of the matter round them, weighted by alpha, so
// that filtering between samples never darkens an edge. `texels` are the evaluated samples of all
// bricks of `volume`; the own of the one at `place` go to `out` [kBrickBytes]. Returns whether the brick holds
// matter or touches it.
bool settle_colours(const BakedVolume& volume, const std::vector<std::uint8_t>& texels,
                    const Eigen::Vector3i& place, std::uint8_t* out);

}  // namespace portrait
