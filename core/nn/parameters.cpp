// SPDX-License-Identifier: Apache-2.0
#include "core/nn/parameters.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <fmt/ranges.h>

#include <cmath>
#include <cstdint>
#include <set>
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

// Whether an exponent is all ones, which only infinities and what is no number have. Its bits are
// looked at in place: sums of gigabytes would take longer than loading them.
template <class Word>
bool has_exponent(const Tensor& tensor, Word exponent) {
  const Tensor flat = tensor.contiguous();
  const auto* words = static_cast<const Word*>(flat.data_ptr());
  std::int64_t found = 0;
  for (std::int64_t i = 0; i < flat.numel(); ++i) found |= (words[i] & exponent) == exponent;
  return found != 0;
}

bool all_finite(const Tensor& tensor) {
  const Tensor here = tensor.cpu();
  switch (here.scalar_type()) {
    case at::kFloat:
      return !has_exponent<std::uint32_t>(here, 0x7F800000U);
    case at::kBFloat16:
      return !has_exponent<std::uint16_t>(here, 0x7F80U);
    case at::kHalf:
      return !has_exponent<std::uint16_t>(here, 0x7C00U);
    default:
      return std::isfinite(here.sum(at::kDouble).item<double>());
  }
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

Parameters Parameters::packed(TensorMap tensors, at::ScalarType arithmetic) {
  Parameters made = bound(std::move(tensors));
  made.packs_ = true;
  made.arithmetic_ = arithmetic;
  return made;
}

Parameters Parameters::streamed(std::shared_ptr<const TensorReader> reader,
                                at::ScalarType arithmetic) {
  Parameters made;
  made.origin_ = Source::kReader;
  made.reader_ = std::move(reader);
  made.arithmetic_ = arithmetic;
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

Tensor Parameters::checked(const std::string& name, const Tensor& tensor,
                           at::IntArrayRef shape) const {
  check(tensor.sizes() == shape, ErrorCode::kCorrupt,
        "Tensor \"{}\" is [{}], the network needs [{}]", name,
        fmt::join(tensor.sizes().vec(), ", "), fmt::join(shape.vec(), ", "));
  check(all_finite(tensor.detach()), ErrorCode::kCorrupt,
        "Tensor \"{}\" holds numbers that are not finite; the file is damaged or its training "
        "failed",
        name);
  return tensor;
}

Tensor Parameters::of_file(const std::string& name, at::IntArrayRef shape) const {
  const auto found = source_.find(name);
  const bool there = reader_ ? reader_->has(name) : found != source_.end();
  check(there, ErrorCode::kCorrupt,
        "The network's file has no tensor \"{}\"; it belongs to another version or network", name);
  return checked(name, reader_ ? reader_->read(name) : found->second, shape);
}

Tensor Parameters::get(const std::string& bare, at::IntArrayRef shape, Init init) {
  const std::string name = scope_ + bare;
  Tensor tensor;
  switch (origin_) {
    case Source::kRandom:
      tensor = fresh(name, shape, init);
      break;
    case Source::kFile:
    case Source::kReader:
      tensor = of_file(prefix_ + name, shape);
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
  std::vector<std::string> names = reader_ ? reader_->names() : std::vector<std::string>{};
  for (const auto& [name, tensor] : source_) names.push_back(name);
  std::set<std::string> used;
  for (const auto& [name, tensor] : named_) used.insert(name);
  for (const std::string& name : names) {
    if (name.compare(0, prefix_.size(), prefix_) != 0) continue;
    const std::string bare = name.substr(prefix_.size());
    check(used.count(bare) != 0, ErrorCode::kCorrupt,
          "The network's file has a tensor \"{}\" that nothing uses", name);
  }
}

Linear::Linear(Parameters& parameters, const std::string& name, int in, int out, Init init)
    : weight(parameters.get(name + ".weight", {out, in}, init)),
      bias(parameters.get(name + ".bias", {out}, Init::kZeros)) {}

Tensor Linear::operator()(const Tensor& x) const {
  return at::linear(x, weight.to(x.scalar_type()), bias.to(x.scalar_type()));
}

LayerNorm::LayerNorm(Parameters& parameters, const std::string& name, int width)
    : weight(parameters.get(name + ".weight", {width}, Init::kOnes)),
      bias(parameters.get(name + ".bias", {width}, Init::kZeros)) {}

Tensor LayerNorm::operator()(const Tensor& x) const {
  return at::layer_norm(x, {weight.size(0)}, weight.to(x.scalar_type()), bias.to(x.scalar_type()),
                        1e-5);
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
