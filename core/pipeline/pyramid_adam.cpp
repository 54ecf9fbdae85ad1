// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/pyramid_adam.h"

#include "core/base/error.h"
#include "core/nn/gradients.h"
#include "core/pipeline/optimised_state.h"

namespace portrait {
namespace {

std::vector<std::pair<std::string, Tensor>> offsets_of(const Tensor& planes, std::size_t levels) {
  require_leaf("planes", planes);
  std::vector<std::pair<std::string, Tensor>> offsets;
  for (std::size_t l = 0; l < levels; ++l) {
    auto shape = planes.sizes().vec();
    for (std::size_t side = shape.size() - 2; side < shape.size(); ++side) {
      check(shape[side] % (std::int64_t{1} << l) == 0, ErrorCode::kInternal,
            "Planes of {} texels have no level {} of a pyramid", shape[side], l);
      shape[side] >>= l;
    }
    offsets.emplace_back("level" + std::to_string(l),
                         at::zeros(shape, planes.options()).set_requires_grad(true));
  }
  return offsets;
}

// [N,1,H,W]: every channel of every plane by itself.
Tensor as_pictures(const Tensor& planes) {
  return planes.reshape({-1, 1, planes.size(-2), planes.size(-1)});
}

}  // namespace

PyramidAdam::PyramidAdam(const Tensor& planes, std::vector<double> shares, double beta2)
    : planes_(planes),
      shares_(std::move(shares)),
      offsets_(offsets_of(planes, shares_.size())),
      adam_(live_rate_adam(offsets_, beta2)) {}

void PyramidAdam::step(double rate) {
  if (!planes_.grad().defined()) return;
  const at::NoGradGuard no_grad;
  const Tensor gradient = as_pictures(planes_.grad());
  const std::vector<std::int64_t> size{planes_.size(-2), planes_.size(-1)};
  for (auto& [name, offset] : offsets_) {
    offset.mutable_grad() =
        at::upsample_bilinear2d_backward(gradient, size, as_pictures(offset).sizes(), false)
            .reshape(offset.sizes());
  }
  adam_.step(rate);
  for (std::size_t l = 0; l < offsets_.size(); ++l) {
    Tensor& offset = offsets_[l].second;
    planes_.add_(at::upsample_bilinear2d(as_pictures(offset), size, false).reshape(planes_.sizes()),
                 shares_[l]);
    offset.zero_();
    offset.mutable_grad() = Tensor();
  }
}

}  // namespace portrait
