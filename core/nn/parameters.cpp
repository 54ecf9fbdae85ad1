// SPDX-License-Identifier: Apache-2.0
#include "core/nn/parameters.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace portrait {
namespace {

double deviation(Init init, at::IntArrayRef shape) {
  double fan_in = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= double(shape[i]);
  switch (init) {
    case Init::kHe:
      return std::sqrt(2.0 / fan_in);
    case Init::kXavier:
      return std::sqrt(1.0 / fan_in);
    case Init::kEmbedding:
      return 0.02;
    case Init::kZeros:
    case Init::kOnes:
      break;
  }
  return 0;
}

// One number for all of a tensor's: its shape without its memory.
Tensor shape_of(at::IntArrayRef shape) { return at::zeros({1}).expand(shape); }

}  // namespace

Parameters Parameters::random(std::uint64_t seed) {
  Parameters made;
  made.seed_ = seed;
  return made;
}

Parameters Parameters::bound(TensorMap tensors, std::string prefix) {
  Parameters made;
  made.origin_ = Source::kFile;
  made.source_ = std::move(tensors);
  made.prefix_ = std::move(prefix);
  return made;
}

Parameters Parameters::packed(TensorMap tensors) {
  Parameters made = bound(std::move(tensors));
  made.packs_ = true;
  return made;
}

Parameters Parameters::listed() {
  Parameters made;
  made.origin_ = Source::kNone;
  return made;
}

Tensor Parameters::fresh(const std::string& name, at::IntArrayRef shape, Init init) const {
  if (init == Init::kZeros) return at::zeros(shape);
  if (init == Init::kOnes) return at::ones(shape);
  Tensor tensor = at::empty(shape);
  RandomStream stream({seed_, random_purpose(name), 0, 0});
  stream.fill_normal({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor.mul_(deviation(init, shape));
}

Tensor Parameters::of_file(const std::string& name, at::IntArrayRef shape) const {
  const auto found = source_.find(prefix_ + name);
  check(found != source_.end(), ErrorCode::kCorrupt,
        "The network's file has no tensor \"{}\"; it belongs to another version or network",
        prefix_ + name);
  const Tensor& tensor = found->second;
  check(tensor.sizes() == shape, ErrorCode::kCorrupt,
        "Tensor \"{}\" is [{}], the network needs [{}]", prefix_ + name,
        fmt::join(tensor.sizes().vec(), ", "), fmt::join(shape.vec(), ", "));
  // One number that is not finite makes the sum such a one; doubles of any weights do not overflow.
  check(std::isfinite(tensor.detach().sum(at::kDouble).item<double>()), ErrorCode::kCorrupt,
        "Tensor \"{}\" holds numbers that are not finite; the file is damaged or its training "
        "failed",
        prefix_ + name);
  return tensor;
}

Tensor Parameters::get(const std::string& bare, at::IntArrayRef shape, Init init) {
  const std::string name = scope_ + bare;
  Tensor tensor;
  switch (origin_) {
    case Source::kRandom:
      tensor = fresh(name, shape, init);
      break;
    case Source::kFile:
      tensor = of_file(name, shape);
      break;
    case Source::kNone:
      tensor = shape_of(shape);
      break;
  }
  named_.emplace_back(name, packs_ ? shape_of(shape) : tensor);
  if (packs_) source_.erase(prefix_ + name);
  return tensor;
}

std::int64_t Parameters::count() const {
  std::int64_t sum = 0;
  for (const auto& [name, tensor] : named_) sum += tensor.numel();
  return sum;
}

void Parameters::require_all_used() const {
  for (const auto& [name, tensor] : source_) {
    if (name.compare(0, prefix_.size(), prefix_) != 0) continue;
    const std::string bare = name.substr(prefix_.size());
    check(std::any_of(named_.begin(), named_.end(),
                      [&](const auto& entry) { return entry.first == bare; }),
          ErrorCode::kCorrupt, "The network's file has a tensor \"{}\" that nothing uses", name);
  }
}

Linear::Linear(Parameters& parameters, const std::string& name, int in, int out, Init init)
    : weight(parameters.get(name + ".weight", {out, in}, init)),
      bias(parameters.get(name + ".bias", {out}, Init::kZeros)) {}

Tensor Linear::operator()(const Tensor& x) const { return at::linear(x, weight, bias); }

LayerNorm::LayerNorm(Parameters& parameters, const std::string& name, int width)
    : weight(parameters.get(name + ".weight", {width}, Init::kOnes)),
      bias(parameters.get(name + ".bias", {width}, Init::kZeros)) {}

Tensor LayerNorm::operator()(const Tensor& x) const {
  return at::layer_norm(x, {weight.size(0)}, weight, bias, 1e-5);
}

GroupNorm::GroupNorm(Parameters& parameters, const std::string& name, int channels, int groups_,
                     double eps_)
    : weight(parameters.get(name + ".weight", {channels}, Init::kOnes)),
      bias(parameters.get(name + ".bias", {channels}, Init::kZeros)),
      groups(groups_),
      eps(eps_) {}

Tensor GroupNorm::operator()(const Tensor& x) const {
  return at::group_norm(x, groups, weight.to(x.scalar_type()), bias.to(x.scalar_type()), eps);
}

}  // namespace portrait
