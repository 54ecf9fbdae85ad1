// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/nn/torch.h"

namespace portrait {

// HWC picture -> [C,H,W] f32 on the CPU, a copy. Throws kInternal when it is empty.
Tensor tensor_of_image(const Image& image);
// [C,H,W] of any device -> picture, values clamped to [0, 1] unless `clamp` is off.
Image image_of_tensor(const Tensor& tensor, bool clamp = true);

}  // namespace portrait
