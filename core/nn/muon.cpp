// SPDX-License-Identifier: Apache-2.0
#include "core/nn/muon.h"

#include "core/base/error.h"
#include "core/nn/gradients.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace portrait {
namespace {

constexpr std::int64_t kSmallestSide = 8;
constexpr int kIterations = 5;
// x -> a x + b x^3 + c x^5, steepest at zero: small singular values reach one in few steps, at the
// price of ending near one and not at it (Jordan et al. 2024).
constexpr double kA = 3.4445;
constexpr double kB = -4.7750;
constexpr double kC = 2.0315;
// Root mean square of Adam's usual step, in learning rates (Liu et al. 2025).
constexpr double kUsualStep = 0.2;

}  // namespace

Tensor orthogonalised(const Tensor& matrices) {
  const bool one = matrices.dim() == 2;
  Tensor x = one ? matrices.unsqueeze(0) : matrices;
  const bool tall = x.size(1) > x.size(2);
  if (tall) x = x.transpose(1, 2);
  x = x / (x.square().sum({1, 2}, true).sqrt() + 1e-12);
  for (int i = 0; i < kIterations; ++i) {
    const Tensor square = at::bmm(x, x.transpose(1, 2));
    const Tensor odd = at::baddbmm(square, square, square, kB, kC);  // b A + c A^2
    x = at::baddbmm(x, odd, x, kA, 1);
  }
  if (tall) x = x.transpose(1, 2);
  return one ? x.squeeze(0) : x;
}

bool Muon::takes(const Tensor& parameter) {
  if (parameter.dim() != 2 && parameter.dim() != 4) return false;
  const std::int64_t rows = parameter.size(0);
  return rows >= kSmallestSide && parameter.numel() / rows >= kSmallestSide;
}

Muon::Muon(const std::vector<Adam::Group>& groups, const MuonOptions& options)
    : options_(options) {
  for (const Adam::Group& group : groups) {
    if (!group.weights) continue;
    for (const auto& [name, parameter] : group.parameters) {
      if (!takes(parameter)) continue;
      require_leaf(name, parameter);
      slots_.push_back({name, parameter, at::zeros_like(parameter), group.learning_rate_scale});
    }
  }
}

void Muon::zero_grad() {
  clear_gradients(slots_);
}

void Muon::step(double scale) {
  const at::NoGradGuard no_grad;
  // Matrices of one size are orthogonalised together: a network has many of a few sizes.
  struct Alike {
    std::vector<const Slot*> slots;
    std::vector<Tensor> matrices;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Alike> sizes;
  for (Slot& slot : slots_) {
    const Tensor& gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    slot.mean.lerp_(gradient, 1 - options_.momentum);
    // Nesterov's look ahead.
    const Tensor ahead = gradient.lerp(slot.mean, options_.momentum);
    const Tensor matrix = ahead.reshape({ahead.size(0), -1});
    Alike& alike = sizes[{matrix.size(0), matrix.size(1)}];
    alike.slots.push_back(&slot);
    alike.matrices.push_back(matrix);
  }
  for (const auto& [size, alike] : sizes) {
    const double longer = double(std::max(size.first, size.second));
    const std::vector<Tensor> moves = orthogonalised(at::stack(alike.matrices)).unbind();
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const Slot& slot = *alike.slots[i];
      const double rate = options_.learning_rate * slot.scale * scale;
      if (options_.weight_decay > 0) slot.parameter.mul_(1 - rate * options_.weight_decay);
      slot.parameter.add_(moves[i].reshape(slot.parameter.sizes()),
                          -rate * kUsualStep * std::sqrt(longer));
    }
  }
}

double Muon::gradient_norm() const {
  return norm_of_gradients(slots_);
}

void Muon::scale_gradients(double factor) {
  multiply_gradients(slots_, factor);
}

void Muon::save_to(TensorMap& tensors) const {
  for (const Slot& slot : slots_) tensors["muon.m." + slot.name] = slot.mean.clone();
}

void Muon::load_from(const TensorMap& tensors) {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> means;
  for (const Slot& slot : slots_) {
    auto found = tensors.find("muon.m." + slot.name);
    if (found == tensors.end()) found = tensors.find("adam.m." + slot.name);
    check(found != tensors.end() && found->second.sizes() == slot.mean.sizes(),
          ErrorCode::kCorrupt, "The optimiser's state \"muon.m.{}\" is missing or has another shape",
          slot.name);
    means.push_back(found->second);
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].mean.copy_(means[i]);
}

}  // namespace portrait
