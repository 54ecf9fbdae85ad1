// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <vector>

namespace portrait {

// One gradient of the head's parameters, a tensor for each; undefined ones are zero.
using GradientList = std::vector<Tensor>;

// S of (16): the cosine of the angle between two gradients over all of their numbers, in [-1, 1];
// 0 when either is zero. Sums are in double precision, parameter after parameter, so that it does
// not depend on the number of threads. Throws kInternal when the shapes do not fit.
double cosine_similarity(const GradientList& a, const GradientList& b);

// L2 norm over all numbers, summed as cosine_similarity() does; not finite when any is not.
double gradient_norm(const GradientList& gradient);

// What became of a view's resampled noise (17).
struct RetentionScores {
  double resampled = 0;  // S_D: the new image's gradient against the driving view's
  double kept = 0;       // S_P: the kept target's
  bool accepted = false;
};

// (16) and (17): the resampled noise is accepted when its gradient agrees with the driving view's
// better than the kept target's does. A tie keeps what is there.
RetentionScores judge_resampling(const GradientList& resampled, const GradientList& kept,
                                 const GradientList& driving);

// (18): adds `part` to `sum`; an empty sum becomes the part.
void add_gradient(GradientList& sum, const GradientList& part);

}  // namespace portrait
