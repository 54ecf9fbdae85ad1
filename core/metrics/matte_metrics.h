// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait {

// Metrics of a matte against its truth; both have one channel in [0, 1]. The share of agreement is
// mask_iou() of image_metrics.h. Throw kBadUsage when sizes or channels disagree.

double matte_difference(const Image& matte, const Image& truth);  // mean absolute

// Rhemann et al., "A perceptually motivated online benchmark for image matting" (CVPR 2009): the
// sum over all pixels of the squared difference of the gradients' lengths, by derivatives of a
// Gaussian of sigma 1.4, in thousands. It punishes a rim that is softer, harder or elsewhere.
double matte_gradient_error(const Image& matte, const Image& truth);

}  // namespace portrait
