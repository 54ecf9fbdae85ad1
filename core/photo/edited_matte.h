// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/photo/align.h"

namespace portrait {

// A matte that leaves less than this of the crop is taken for an empty one.
inline constexpr double kLeastMatte = 0.01;

// The share of the crop that a matte keeps, in [0, 1].
double matte_share(const Image& matte);

// A matte painted by the artist over the crop of `alignment`, fit for use: within [0, 1], and 0
// where the crop lies outside the photo (photo_width x photo_height px).
// Throws kBadInput (nothing of the head is left in it), kInternal (not of the crop's size).
Image usable_matte(const Image& painted, const Alignment& alignment, int photo_width,
                   int photo_height);

// A matte painted over one crop of a photo, over another crop of it; `found`, of the size of that
// other crop, is what counts where the former saw nothing.
Image carried_matte(const Image& painted, const Alignment& from, const Alignment& to,
                    const Image& found);

// What a matte keeps of a crop, over a constant grey, the rim freed of the old background.
Image crop_over_background(const Image& crop, const Image& matte, float background);

}  // namespace portrait
