// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

namespace portrait {

// What is known of a person before the picture is looked at: a head and shoulders of average
// size, in space, seen by a camera.
inline constexpr float kNeverPerson = 0;        // no hair and no shoulder reaches there
inline constexpr float kMaybePerson = 1 / 3.0F;
inline constexpr float kLikelyPerson = 2 / 3.0F;
inline constexpr float kSurelyPerson = 1;

// camera: of a size x size picture. Returns size x size x 1 of the four values above.
Image person_shape(const Camera& camera, int size);

}  // namespace portrait
