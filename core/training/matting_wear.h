// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"
#include "core/camera/camera.h"

namespace portrait {

// Parts of draw_matting_batch(): what people wear beyond what the synthetic ones do. Changes
// `person`, S x S premultiplied RGBA seen by the camera, in place and moves `random` on. All keep
// 0 <= colour <= opacity <= 1, and none lowers an opacity.

// Other clothes: a pattern from somewhere between chin and chest on, shaded as what was there.
void dress(const Camera& crop_camera, Image& person, RandomStream& random);

// Broad clothes behind the person's own outline: coats, suits, scarves.
void add_shoulders(const Camera& crop_camera, Image& person, RandomStream& random);

// More hair behind the person's own, uneven and with a ragged rim.
void add_hair(const Camera& crop_camera, Image& person, RandomStream& random);

}  // namespace portrait
