// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/splat.h"

namespace portrait {

// What carry_image() does, told as numbers: carrying is linear in the image, so that with a
// background of 0 it is a matrix [h w, H W] of few entries. For devices that multiply matrices
// faster than they go through a map pixel by pixel.
struct CarryEntries {
  Tensor rows;     // [E] int64 on the CPU: y * w + x of a target pixel
  Tensor columns;  // [E] int64: Y * W + X of a driving view's pixel; each pair stands once
  Tensor weights;  // [E] float: of a target pixel that is known they sum to 1
};

CarryEntries carry_entries(const SplatMap& map);

}  // namespace portrait
