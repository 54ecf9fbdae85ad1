// SPDX-License-Identifier: Apache-2.0
#include "core/training/nearest_head.h"

#include "core/metrics/image_metrics.h"

namespace portrait {

NearestHeads::NearestHeads(const std::vector<Image>& fronts) : best_(fronts.size()) {
  for (const Image& front : fronts) fronts_.push_back({composite_on_grey(front), alpha_of(front)});
}

void NearestHeads::offer(int number, const Image& rgba) {
  const Image on_grey = composite_on_grey(rgba);
  const Image alpha = alpha_of(rgba);
  for (std::size_t i = 0; i < fronts_.size(); ++i) {
    const Front& front = fronts_[i];
    const double psnr = portrait::psnr_db(on_grey, front.on_grey, mask_union(alpha, front.alpha));
    Best& best = best_[i];
    if (best.number < 0 || psnr > best.psnr_db || (psnr == best.psnr_db && number < best.number)) {
      best = {number, psnr};
    }
  }
}

}  // namespace portrait
