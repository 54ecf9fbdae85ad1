// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait {

// Fine detail of one picture against another (METHOD, Metrics). The high-pass part is the luma
// minus its Gaussian low-pass with half amplitude at the cut-off frequency; the low-pass is
// normalised by the mask, so that the silhouette itself is no detail, and pixels within two
// sigma of the mask's border are left out. Throws kBadUsage when sizes disagree, kBadInput when
// nothing is left inside.

inline constexpr double kDetailCutoff = 1.0 / 8.0;  // cycles per pixel

// image: 1 or 3 channels; mask: 1 channel. Returns 1 channel, zero where left out.
Image high_pass(const Image& image, const Image& mask, double cutoff = kDetailCutoff);

struct DetailMetrics {
  double sharpness = 0;           // energy relative to the truth: 1 is right, noise can exceed it
  double detail_correlation = 0;  // Pearson correlation of both high-pass parts, -1 to 1
};
// Over the intersection of both masks.
DetailMetrics detail_metrics(const Image& image, const Image& mask, const Image& truth,
                             const Image& truth_mask, double cutoff = kDetailCutoff);

// Correlation of the back view's high-pass part with the front view's mirrored one: near 1 when
// the face shows through at the back of the head.
double mirrored_front_correlation(const Image& back, const Image& back_mask, const Image& front,
                                  const Image& front_mask, double cutoff = kDetailCutoff);

}  // namespace portrait
