// SPDX-License-Identifier: Apache-2.0
#include "core/training/optimiser.h"

#include <cmath>
#include <utility>

namespace portrait {
namespace {

std::vector<Adam::Group> left_by_muon(std::vector<Adam::Group> groups) {
  for (Adam::Group& group : groups) {
    if (!group.weights) continue;
    std::erase_if(group.parameters, [](const auto& entry) { return Muon::takes(entry.second); });
  }
  return groups;
}

}  // namespace

Optimiser::Optimiser(std::vector<Adam::Group> groups, const AdamOptions& options, bool muon)
    : muon_(muon ? std::optional<Muon>(
                       std::in_place, groups,
                       MuonOptions{.learning_rate = options.learning_rate,
                                   .weight_decay = options.weight_decay})
                 : std::nullopt),
      adam_(muon ? left_by_muon(std::move(groups)) : std::move(groups), options) {}

void Optimiser::zero_grad() {
  adam_.zero_grad();
  if (muon_) muon_->zero_grad();
}

void Optimiser::step(double scale) {
  adam_.step(scale);
  if (muon_) muon_->step(scale);
}

double Optimiser::gradient_norm() const {
  return std::hypot(adam_.gradient_norm(), muon_ ? muon_->gradient_norm() : 0);
}

void Optimiser::scale_gradients(double factor) {
  adam_.scale_gradients(factor);
  if (muon_) muon_->scale_gradients(factor);
}

void Optimiser::save_to(TensorMap& tensors) const {
  adam_.save_to(tensors);
  if (muon_) muon_->save_to(tensors);
}

void Optimiser::load_from(const TensorMap& tensors) {
  adam_.load_from(tensors);
  if (muon_) muon_->load_from(tensors);
}

}  // namespace portrait
