// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"

#include <vector>

namespace portrait {

// Square pieces of pictures at random places, for networks that see any picture: half of them
// mirrored, and half of them made smaller, so that what is sharp only then is seen too.
struct CropOptions {
  int side = 128;
  int count = 8;
  double smallest_scale = 0.4;  // of those made smaller; nearer to 1 where the picture ends
};

// pictures: each U8 [3, H, W], sides of at least options.side -> [count, 3, side, side] f32 in
// [-1, 1]. The same key draws the same crops. Throws kInternal (no pictures, too small a picture).
Tensor draw_crops(const std::vector<Tensor>& pictures, const CropOptions& options,
                  const RandomKey& key);

}  // namespace portrait
