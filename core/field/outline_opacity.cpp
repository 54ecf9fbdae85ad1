// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/outline_opacity.h"

#include "core/base/error.h"

namespace portrait {
namespace {

constexpr double kChange = 0.1;  // among a texel's neighbours, that makes it one of an outline

}  // namespace

Tensor outline_opacity(const Field& field, const Camera& camera, const Tensor& opacity, int factor,
                       const RenderOptions& options) {
  check(opacity.dim() == 2 && opacity.size(0) == opacity.size(1) && factor >= 1,
        ErrorCode::kInternal, "An opacity that is to be made finer is not a square picture");
  const at::NoGradGuard no_grad;
  const std::int64_t width = opacity.size(0), fine = width * factor;
  const Tensor plane = opacity.detach().reshape({1, 1, width, width});
  Tensor finer = at::upsample_bilinear2d(plane, {fine, fine}, false).reshape({-1});
  if (factor == 1) return finer.reshape({fine, fine});
  const Tensor change = at::max_pool2d(plane, 3, 1, 1) + at::max_pool2d(-plane, 3, 1, 1);
  const Tensor outline = at::upsample_nearest2d(change, {fine, fine}).reshape({-1}) > kChange;
  const Tensor indices = outline.nonzero().reshape({-1});
  if (indices.numel() == 0) return finer.reshape({fine, fine});
  const auto side = static_cast<int>(fine);
  const Rays rays = camera_rays(camera, side, side, opacity.options()).select(indices);
  RenderOptions plain = options;
  plain.want_normals = false;
  finer.index_copy_(0, indices, render(field, rays, plain).opacity);
  return finer.reshape({fine, fine});
}

}  // namespace portrait
