// SPDX-License-Identifier: Apache-2.0
#include "core/nn/adam.h"

#include "core/base/error.h"

#include <cmath>

namespace portrait {

Adam::Adam(std::vector<Group> groups, const AdamOptions& options) : options_(options) {
  for (auto& group : groups) {
    for (auto& [name, parameter] : group.parameters) {
      check(parameter.is_leaf() && parameter.requires_grad(), ErrorCode::kInternal,
            "Parameter \"{}\" is not a leaf that requires gradients", name);
      slots_.push_back({name, parameter, at::zeros_like(parameter), at::zeros_like(parameter),
                        group.learning_rate_scale});
    }
  }
}

void Adam::zero_grad() {
  for (Slot& slot : slots_) slot.parameter.mutable_grad() = Tensor();
}

void Adam::step(double scale) {
  const at::NoGradGuard no_grad;
  ++steps_;
  const double correction1 = 1 - std::pow(options_.beta1, double(steps_));
  const double correction2 = 1 - std::pow(options_.beta2, double(steps_));
  for (Slot& slot : slots_) {
    const Tensor& gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    const double rate = options_.learning_rate * slot.scale * scale;
    slot.m.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
    slot.v.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
    if (options_.weight_decay > 0) slot.parameter.mul_(1 - rate * options_.weight_decay);
    const Tensor denominator = slot.v.sqrt().div_(std::sqrt(correction2)).add_(options_.epsilon);
    slot.parameter.addcdiv_(slot.m, denominator, -rate / correction1);
  }
}

double Adam::gradient_norm() const {
  double sum = 0;
  for (const Slot& slot : slots_) {
    const Tensor& gradient = slot.parameter.grad();
    if (gradient.defined()) sum += gradient.detach().to(at::kDouble).pow(2).sum().item<double>();
  }
  return std::sqrt(sum);
}

void Adam::scale_gradients(double factor) {
  for (Slot& slot : slots_) {
    if (slot.parameter.grad().defined()) slot.parameter.mutable_grad().mul_(factor);
  }
}

void Adam::save_to(TensorMap& tensors) const {
  for (const Slot& slot : slots_) {
    tensors["adam.m." + slot.name] = slot.m;
    tensors["adam.v." + slot.name] = slot.v;
  }
  tensors["adam.steps"] = at::full({1}, steps_, at::kLong);
}

void Adam::load_from(const TensorMap& tensors) {
  const at::NoGradGuard no_grad;
  const auto copy = [&](const std::string& name, Tensor& into) {
    const auto found = tensors.find(name);
    check(found != tensors.end() && found->second.sizes() == into.sizes(), ErrorCode::kCorrupt,
          "The optimiser's state \"{}\" is missing or has another shape", name);
    into.copy_(found->second);
  };
  for (Slot& slot : slots_) {
    copy("adam.m." + slot.name, slot.m);
    copy("adam.v." + slot.name, slot.v);
  }
  const auto found = tensors.find("adam.steps");
  check(found != tensors.end(), ErrorCode::kCorrupt, "The optimiser's step count is missing");
  steps_ = found->second.item<std::int64_t>();
}

}  // namespace portrait
