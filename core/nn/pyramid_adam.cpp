// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pyramid_adam.h"

#include "core/base/error.h"
#include "core/nn/gradients.h"

namespace portrait {
namespace {

AdamOptions with_rates_by_step(double beta2) {
  AdamOptions options;
  options.learning_rate = 1;
  options.beta2 = beta2;
  return options;
}

std::vector<std::int64_t> as_pictures(const Tensor& planes) {
  return {planes.numel() / (planes.size(-1) * planes.size(-2)), 1, planes.size(-2),
          planes.size(-1)};
}

}  // namespace

PyramidAdam::Named PyramidAdam::offsets_of(const Tensor& planes, std::size_t levels) {
  require_leaf("planes", planes);
  Named offsets;
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

std::vector<Adam::Group> PyramidAdam::groups_of(const Named& offsets,
                                                const std::vector<double>& shares) {
  std::vector<Adam::Group> groups;
  for (std::size_t l = 0; l < offsets.size(); ++l) groups.push_back({{offsets[l]}, shares[l]});
  return groups;
}

PyramidAdam::PyramidAdam(const Tensor& planes, std::vector<double> shares, double beta2)
    : planes_(planes),
      offsets_(offsets_of(planes, shares.size())),
      adam_(groups_of(offsets_, shares), with_rates_by_step(beta2)) {}

void PyramidAdam::zero_grad() {
  planes_.mutable_grad() = Tensor();
}

double PyramidAdam::gradient_norm() const {
  return planes_.grad().defined() ? planes_.grad().to(at::kDouble).norm().item<double>() : 0;
}

void PyramidAdam::step(double rate) {
  if (!planes_.grad().defined()) return;
  const at::NoGradGuard no_grad;
  const auto pictures = as_pictures(planes_);
  const Tensor gradient = planes_.grad().reshape(pictures);
  for (std::size_t l = 0; l < offsets_.size(); ++l) {
    Tensor& offset = offsets_[l].second;
    offset.mutable_grad() =
        l == 0 ? planes_.grad()
               : at::upsample_bilinear2d_backward(gradient, {pictures[2], pictures[3]},
                                                  as_pictures(offset), false)
                     .reshape(offset.sizes());
  }
  adam_.step(rate);
  for (std::size_t l = 0; l < offsets_.size(); ++l) {
    Tensor& offset = offsets_[l].second;
    planes_.add_(l == 0 ? offset
                        : at::upsample_bilinear2d(offset.reshape(as_pictures(offset)),
                                                  {pictures[2], pictures[3]}, false)
                              .reshape(planes_.sizes()));
    offset.zero_();
    offset.mutable_grad() = Tensor();
  }
}

}  // namespace portrait
