// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"

namespace portrait {

// An aligned face as other photos and renders might show it: things in front, low resolution, blur,
// light, colour, noise. face: [3, H, W] f32 in [0, 1] on the CPU; the same shape comes back. What
// it draws moves `random` on.
Tensor spoilt_face(const Tensor& face, RandomStream& random);

// The low resolution: `factor` >= 1 fewer pixels each way, and back.
Tensor coarsened(const Tensor& face, double factor);

}  // namespace portrait
