// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait {

// sRGB transfer function (IEC 61966-2-1), per value.
float linear_of_srgb(float encoded);
float srgb_of_linear(float linear);

// Colour channels only: a fourth (or second) channel is alpha and stays.
Image to_linear(const Image& srgb);
Image to_srgb(const Image& linear);

// Rec. 709 luma of the encoded values, one channel.
Image luma(const Image& rgb);

// Colour over a constant grey by alpha; returns 3 channels. `alpha` has 1 channel, same size.
Image over_grey(const Image& rgb, const Image& alpha, float grey);

// Channels [first, first + count) as an image of their own.
Image channels_of(const Image& image, int first, int count);

}  // namespace portrait
