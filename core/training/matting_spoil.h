// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"

namespace portrait {

// Parts of draw_matting_batch(). Pictures are S x S; people are premultiplied RGBA; all move
// `random` on and change what they are given in place.

// The person's light and colours, whatever those of the background.
void change_light(Image& person, RandomStream& random);

// The background's colours around one that the person has.
void tint_like(const Image& person, Image& background, RandomStream& random);

// Low resolution and blur, which soften the matte too; light, colour, noise and compression.
void spoil_photo(Image& photo, Image& matte, RandomStream& random);

}  // namespace portrait
