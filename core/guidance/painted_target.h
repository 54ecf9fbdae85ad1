// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// What of a painted view becomes the target of its render. The paper takes all of it as it is; the
// answers of a compact model are the better for each of these (docs/method.md). All take
//   painted, render [3,S,S] in [0,1]; opacity [W,W] in [0,1], of the render, W <= S
// and give [3,S,S] in [0,1]. They throw kInternal for other shapes.

// With the colours of the render: inside the head their difference is taken out where it is coarser
// than `sigma` pixels, in (0, S/4], and what is finer stays. A diffusion model's answer has a tint
// of its own, which adds up from view to view.
Tensor with_colours_kept(const Tensor& painted, const Tensor& render, const Tensor& opacity,
                         double sigma);

// With the render at the head's outlines, by W/48 texels to their inside: views disagree about
// those by some pixels, and a head that is to please them all gets a haze there.
Tensor with_outlines_kept(const Tensor& painted, const Tensor& render, const Tensor& opacity);

// With `background` alone farther than W/32 texels outside the head: the grain of what is painted
// there would grow matter. Nearer, hair may grow.
Tensor without_surroundings(const Tensor& painted, const Tensor& opacity, double background);

}  // namespace portrait
