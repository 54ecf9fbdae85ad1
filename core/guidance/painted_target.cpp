// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/painted_target.h"

#include "core/base/error.h"
#include "core/nn/blur.h"

#include <algorithm>
#include <cstdint>

namespace portrait {
namespace {

constexpr double kLeast = 1e-3;  // of a blurred opacity, to be divided by
constexpr std::int64_t kRim = 48;
constexpr std::int64_t kReach = 32;

Tensor plane_of(const Tensor& opacity) {  // [1,1,W,W]
  check(opacity.dim() == 2, ErrorCode::kInternal, "An opacity has {} dimensions, not 2",
        opacity.dim());
  return opacity.unsqueeze(0).unsqueeze(0);
}

// [1,1,W,W] -> [1,S,S]
Tensor enlarged(const Tensor& plane, const Tensor& like) {
  return at::upsample_bilinear2d(plane, {like.size(1), like.size(2)}, false).squeeze(0);
}

// The largest within `reach` texels.
Tensor widened(const Tensor& plane, std::int64_t reach) {
  return at::max_pool2d(plane, 2 * reach + 1, 1, reach);
}

Tensor softened(const Tensor& plane) {
  return at::avg_pool2d(plane, 3, 1, 1, /*ceil_mode=*/false, /*count_include_pad=*/false);
}

void check_pictures(const Tensor& painted, const Tensor& render) {
  check(painted.dim() == 3 && render.sizes() == painted.sizes(), ErrorCode::kInternal,
        "A painted view and its render differ in shape");
}

}  // namespace

Tensor with_colours_kept(const Tensor& painted, const Tensor& render, const Tensor& opacity,
                         double sigma) {
  check_pictures(painted, render);
  check(sigma > 0 && 4 * sigma <= double(painted.size(1)), ErrorCode::kInternal,
        "Colours of a picture of {} pixels cannot be kept above {} pixels", painted.size(1), sigma);
  const Tensor inside = enlarged(plane_of(opacity), painted);
  // The background is the same in both, and says nothing of the tint.
  const Tensor tint =
      blurred((painted - render) * inside, sigma) / blurred(inside, sigma).clamp_min(kLeast);
  return (painted - tint * inside).clamp(0, 1);
}

Tensor with_outlines_kept(const Tensor& painted, const Tensor& render, const Tensor& opacity) {
  check_pictures(painted, render);
  const Tensor plane = plane_of(opacity);
  const std::int64_t rim = std::max<std::int64_t>(plane.size(3) / kRim, 1);
  const Tensor inside = enlarged(softened(1 - widened(1 - plane, rim)), painted);
  return render + (painted - render) * inside;
}

Tensor without_surroundings(const Tensor& painted, const Tensor& opacity, double background) {
  const Tensor plane = plane_of(opacity);
  const std::int64_t reach = std::max<std::int64_t>(plane.size(3) / kReach, 1);
  const Tensor near = enlarged(softened(widened(plane, reach)), painted);
  return background + (painted - background) * near;
}

}  // namespace portrait
