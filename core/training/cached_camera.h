// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/prior/photo_lift.h"

#include <array>

namespace portrait {

// The camera of a picture in a cache, from its 16 numbers (camera_tensor).
inline Camera cached_camera(const std::array<float, 16>& numbers) {
  return camera_of_tensor(at::tensor(at::ArrayRef<float>(numbers)));
}

}  // namespace portrait
