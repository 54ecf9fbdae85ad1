// SPDX-License-Identifier: Apache-2.0
#include "core/nn/adam.h"

#include "core/base/error.h"
#include "core/nn/gradients.h"

#include <cmath>

namespace portrait {

Adam::Adam(std::vector<Group> groups, const AdamOptions& options) : options_(options) {
  for (auto& group : groups) {
    for (auto& [name, parameter] : group.parameters) {
      require_leaf(name, parameter);
      slots_.push_back({name, parameter, at::zeros_like(parameter), at::zeros_like(parameter),
                        group.learning_rate_scale});
    }
  }
}

void Adam::zero_grad() {
  clear_gradients(slots_);
}

void Adam::step(double scale) {
  const at::NoGradGuard no_grad;
  ++steps_;
  const double correction1 = 1 - std::pow(options_.beta1, double(steps_));
  const double correction2 = 1 - std::pow(options_.beta2, double(steps_));
  // All parameters at once: a network has hundreds of small ones, and a device is told of them in
  // one go.
  std::vector<Tensor> parameters, gradients, m, v;
  std::vector<at::Scalar> kept, moves;
  for (const Slot& slot : slots_) {
    if (!slot.parameter.grad().defined()) continue;
    const double rate = options_.learning_rate * slot.scale * scale;
    parameters.push_back(slot.parameter);
    gradients.push_back(slot.parameter.grad());
    m.push_back(slot.m);
    v.push_back(slot.v);
    kept.emplace_back(1 - rate * options_.weight_decay);
    moves.emplace_back(-rate / correction1);
  }
  if (parameters.empty()) return;
  at::_foreach_mul_(m, options_.beta1);
  at::_foreach_add_(m, gradients, 1 - options_.beta1);
  at::_foreach_mul_(v, options_.beta2);
  at::_foreach_addcmul_(v, gradients, gradients, 1 - options_.beta2);
  if (options_.weight_decay > 0) at::_foreach_mul_(parameters, kept);
  const std::vector<Tensor> denominators = at::_foreach_sqrt(v);
  at::_foreach_div_(denominators, std::sqrt(correction2));
  at::_foreach_add_(denominators, options_.epsilon);
  at::_foreach_addcdiv_(parameters, m, denominators, moves);
}

double Adam::gradient_norm() const {
  return norm_of_gradients(slots_);
}

void Adam::scale_gradients(double factor) {
  multiply_gradients(slots_, factor);
}

void Adam::save_to(TensorMap& tensors) const {
  for (const Slot& slot : slots_) {
    // Copies: step() changes the moments in place, and a snapshot must not follow.
    tensors["adam.m." + slot.name] = slot.m.clone();
    tensors["adam.v." + slot.name] = slot.v.clone();
  }
  tensors["adam.steps"] = at::full({1}, steps_, at::kLong);
}

void Adam::load_from(const TensorMap& tensors) {
  const at::NoGradGuard no_grad;
  const auto stored = [&](const std::string& name, const Tensor& like) {
    const auto found = tensors.find(name);
    check(found != tensors.end() && found->second.sizes() == like.sizes(), ErrorCode::kCorrupt,
          "The optimiser's state \"{}\" is missing or has another shape", name);
    return found->second;
  };
  // All of it is checked before anything is replaced.
  const Tensor steps = stored("adam.steps", at::empty({1}));
  std::vector<std::pair<Tensor, Tensor>> moments;
  for (const Slot& slot : slots_) {
    moments.emplace_back(stored("adam.m." + slot.name, slot.m),
                         stored("adam.v." + slot.name, slot.v));
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].m.copy_(moments[i].first);
    slots_[i].v.copy_(moments[i].second);
  }
  steps_ = steps.item<std::int64_t>();
}

}  // namespace portrait
