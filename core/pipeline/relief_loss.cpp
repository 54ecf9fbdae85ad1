// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/relief_loss.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"

namespace portrait {
namespace {

constexpr double kSolid = 0.9;  // of opacities whose depth is that of one surface

}  // namespace

Tensor relief_loss(const Tensor& depth, const Tensor& first_depth, const Tensor& counts) {
  check_shape(depth, {-1, -1}, "depth");
  const std::int64_t height = depth.size(0) - 2;
  const std::int64_t width = depth.size(1) - 2;
  check(height > 0 && width > 0, ErrorCode::kInternal, "A depth map of {} x {} has no relief",
        depth.size(1), depth.size(0));
  check_shape(first_depth, {depth.size(0), depth.size(1)}, "first head's depth");
  check_shape(counts, {depth.size(0), depth.size(1)}, "what counts of a depth");
  const auto shifted = [&](const Tensor& t, int dy, int dx) {
    return t.narrow(0, 1 + dy, height).narrow(1, 1 + dx, width);
  };
  const auto around = [&](const Tensor& t) {
    return shifted(t, 1, 0) + shifted(t, -1, 0) + shifted(t, 0, 1) + shifted(t, 0, -1);
  };
  const Tensor moved = depth - first_depth.detach();
  const Tensor stands_out = (shifted(moved, 0, 0) - around(moved) / 4).abs();
  const Tensor all = (shifted(counts, 0, 0) + around(counts) > 4.5).to(depth.scalar_type());
  return (stands_out * all).mean();
}

Tensor solid_in_both(const Tensor& opacity, const Tensor& first_opacity) {
  return (at::min(opacity.detach(), first_opacity.detach()) > kSolid).to(opacity.scalar_type());
}

}  // namespace portrait
