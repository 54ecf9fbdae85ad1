// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

namespace portrait {

// The person in a canonical crop without a network: GrabCut (Rother et al., SIGGRAPH 2004) on a
// small copy, seeded by the shape. Deterministic.
// crop: S x S x 3; coverage: S x S x 1, 0 where the crop lies outside the photo. shape: size x size
// x 1, person_shape() made kNeverPerson outside the photo; some of it must be kSurelyPerson.
// Returns size x size x 1, each 0 or 1.
Image grabcut_matte(const Image& crop, const Camera& camera, const Image& coverage,
                    const Image& shape, int iterations);

}  // namespace portrait
