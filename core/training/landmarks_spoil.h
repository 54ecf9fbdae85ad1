// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"

#include <cstdint>

namespace portrait {

// Spoils a crop of the landmark network, LandmarkNet::kCropSize squared and RGB in [0, 1], as
// photos are: things in front, low resolution, blur, light, colour, noise. other: the bytes of a
// face of the cache, kLandmarkCachePx squared, of which things in front are cut out. Moves `random`
// on.
void spoil_crop(Image& image, const std::uint8_t* other, RandomStream& random);

}  // namespace portrait
