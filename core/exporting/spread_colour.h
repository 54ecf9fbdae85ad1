// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait {

// The colour of a frame, RGB, in which pixels with an alpha of 0 have the mean colour (weighted
// by alpha) of the smallest aligned square of 2^n pixels around them that is not all clear.
// Other pixels, frames without alpha and frames that are all clear keep their colour.
Image spread_colour(const Image& frame);

}  // namespace portrait
