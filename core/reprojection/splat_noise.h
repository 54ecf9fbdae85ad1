// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/reprojection/splat.h"

namespace portrait {

// White noise of a view: value i of [channels, height, width] is the i-th normal number of the key.
// float on the CPU. Throws kInternal on sizes below 1.
Tensor fresh_noise(const RandomKey& key, std::int64_t channels, std::int64_t height,
                   std::int64_t width);

// Equation (13): eps = R_P(eps_driving) + eps_rand * M. noise [C,H,W] float, H x W those of the
// driving view -> [C,h,w] on the noise's device.
//
// If the noise is N(0,1) and white, so is the result, because of three rules. A value is taken
// over as it is, never averaged. Only pixels that a point won take one (SplatMap::won): a closed
// hole would repeat or mix its neighbours' and is void here. And the winners were chosen by
// geometry, never by the values. All other pixels, the background included, take the value that
// fresh_noise(fresh, C, h, w) has there: given the same key, which names the view, they keep it
// when the geometry moves. Carries no gradient. Throws kInternal when the noise does not fit the
// map.
Tensor splat_noise(const SplatMap& map, const Tensor& noise, const RandomKey& fresh);

}  // namespace portrait
