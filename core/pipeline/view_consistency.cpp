// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/view_consistency.h"

#include "core/base/error.h"
#include "core/metrics/image_metrics.h"
#include "core/pipeline/image_tensor.h"
#include "core/reprojection/carry.h"
#include "core/reprojection/splat.h"

namespace portrait {
namespace {

constexpr std::int64_t kFewestPixels = 64;
// Depths of one surface: as far apart as SplatOptions::max_step_px at our rig's pixels of 512.
constexpr double kSameSurface = 0.008;

}  // namespace

double view_consistency_db(const ViewRender& view, const ViewRender& neighbour) {
  const at::NoGradGuard no_grad;
  const auto height = static_cast<int>(view.rgb.size(1));
  const auto width = static_cast<int>(view.rgb.size(2));
  const DrivingView from = resample_view(neighbour.driving(), int(neighbour.rgb.size(2)),
                                         int(neighbour.rgb.size(1)));
  const SplatMap map = make_splat(from, view.camera, width, height);
  const DrivingView own = resample_view(view.driving(), width, height);
  const Tensor apart = (map.depth - own.depth).abs();  // infinite, or no number, where one is void
  const Tensor shared = map.won().squeeze(0).gt(0) & (apart < kSameSurface);
  const std::int64_t count = shared.sum().item<std::int64_t>();
  check(count >= kFewestPixels, ErrorCode::kBadInput,
        "Two views share {} pixels, too few to compare them", count);
  const Tensor carried = carry_image(map, neighbour.rgb.clamp(0, 1));
  return psnr_db(image_of_tensor(carried), image_of_tensor(view.rgb),
                 image_of_tensor(shared.unsqueeze(0).to(at::kFloat)));
}

}  // namespace portrait
