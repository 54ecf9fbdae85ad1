// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// A loss by its parts, each a scalar with its weight in it.
using LossTerms = std::vector<std::pair<std::string, Tensor>>;

// What of the photo and of the head L_ref compares (METHOD, Reference loss): all of the picture at
// the photo's camera, or a part of it.
struct ReferenceWindow {
  Tensor low;                   // [3,h,w], the renderer's own RGB
  Tensor opacity;               // [h,w]
  Tensor picture;               // [3,H,W] after the super-resolution; undefined: there is none
  Tensor photo_low, matte_low;  // [3,h,w], [h,w] of the photo, averaged to the renderer's pixels
  Tensor photo, matte;          // [3,H,W], [H,W]; as picture
};

// Absolute differences within the matte, and a tenth of them outside; of the picture and of its
// slopes; and the cross-entropy of the opacity against the matte, which is soft at its edge:
// "colour" (of `low`), "opacity", "photo", "edges". Differentiable; a value that is not finite
// comes out as one. Terms of what is undefined are left out.
LossTerms reference_terms(const ReferenceWindow& window);

}  // namespace portrait
