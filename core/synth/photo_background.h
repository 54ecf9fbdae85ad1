// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"

namespace portrait {

// A background as it looks out of focus: a gradient, soft shapes, lights, texture. 3 channels,
// sRGB-encoded [0, 1].
Image draw_background(const RandomKey& key, int size);

}  // namespace portrait
