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
  for (int halvings = 0; halvings < sizes.levels(); ++halvings) {
    const int reduction = 1 << halvings;
    const DrivingView view =
        resample_view(driving, width / reduction, height / reduction, options.min_opacity);
    const SplatMap map = make_splat(view, target, width / reduction, height / reduction, options);
    levels_.emplace(reduction, Level{map, map.known()});
  }
}

const ViewLink::Level& ViewLink::level(int reduction) const {
  const auto found = levels_.find(reduction);
  check(found != levels_.end(), ErrorCode::kInternal,
        "Two views are not linked at 1/{} of their latents' size", reduction);
  return found->second;
}

Tensor ViewLink::carry(const Tensor& feature, int reduction) const {
  return carry_image(level(reduction).map, feature);
}

Tensor ViewLink::known(int reduction) const { return level(reduction).known; }

}  // namespace portrait
