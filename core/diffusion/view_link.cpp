// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/view_link.h"

#include "core/base/error.h"
#include "core/reprojection/carry.h"

namespace portrait {

ViewLink::ViewLink(const DrivingView& driving, const Camera& target, int height, int width,
                   const UNetSizes& sizes, const SplatOptions& options) {
  check(height % sizes.reduction() == 0 && width % sizes.reduction() == 0, ErrorCode::kInternal,
        "Latents of {} x {} are linked by a network that needs multiples of {}", width, height,
        sizes.reduction());
  for (int level = 0; level < sizes.levels(); ++level) {
    const int reduction = 1 << level;
    const DrivingView view =
        resample_view(driving, width / reduction, height / reduction, options.min_opacity);
    maps_.emplace(reduction,
                  make_splat(view, target, width / reduction, height / reduction, options));
  }
}

const SplatMap& ViewLink::map(int reduction) const {
  const auto found = maps_.find(reduction);
  check(found != maps_.end(), ErrorCode::kInternal,
        "Two views are not linked at 1/{} of their latents' size", reduction);
  return found->second;
}

Tensor ViewLink::carry(const Tensor& feature, int reduction) const {
  return carry_image(map(reduction), feature);
}

Tensor ViewLink::known(int reduction) const { return map(reduction).known(); }

}  // namespace portrait
