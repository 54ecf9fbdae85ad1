// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/precision.h"
#include "core/nn/tensor_reader.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

// How a parameter starts when a network is made afresh.
enum class Init {
  kZeros,
  kOnes,
  kHe,       // N(0, 2 / fan_in): before rectifiers
  kXavier,   // N(0, 1 / fan_in): linear layers of attention
  kEmbedding // N(0, 0.02^2): tokens and learned maps
};

// The named tensors of a network: bound to the content of a file, freshly initialised, or only
// listed.
// Networks ask for each parameter by name and shape while they are built, so nothing is allocated
// twice and a file with missing, surplus or misshapen tensors is refused by name.
class Parameters {
 public:
  // Fresh parameters from counter-based random numbers.
  static Parameters random(std::uint64_t seed);
  // Parameters of a file; `prefix` is put before each name. Throws kCorrupt on access: of a tensor
  // that is missing, misshapen or holds a number that is not finite.
  static Parameters bound(TensorMap tensors, std::string prefix = {});
  // As bound, for networks that are only asked, never trained: layers lay their weights out as the
  // processor's kernels read them, and a tensor is let go of here as soon as a layer has it, so
  // that one copy of the weights is held. named() has shapes alone. `arithmetic`: what the network
  // is to multiply in; weights of another type are cast on their way.
  static Parameters packed(TensorMap tensors, at::ScalarType arithmetic = at::kFloat);
  // As packed, each tensor read when its layer asks for it.
  static Parameters streamed(std::shared_ptr<const TensorReader> reader,
                             at::ScalarType arithmetic = at::kFloat);
  // Names and shapes alone: one zero stands for all numbers of a tensor, so that a network of any
  // size can be listed and built without its memory. Not to be computed with or written to.
  static Parameters listed();

  Tensor get(const std::string& name, at::IntArrayRef shape, Init init);
  // Whether layers are to lay their weights out as the processor's kernels read them.
  bool packs() const { return packs_; }
  // What is to go from layer to layer; Undefined: whatever the network is given.
  at::ScalarType arithmetic() const { return arithmetic_; }

  // While it lives, a network that is built as a part of another has its names put after a prefix.
  // Nests.
  class Scope {
   public:
    Scope(Parameters& parameters, const std::string& prefix)
        : parameters_(parameters), before_(parameters.scope_) {
      parameters.scope_ += prefix;
    }
    ~Scope() { parameters_.scope_ = before_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Parameters& parameters_;
    std::string before_;
  };

  // Every parameter asked for so far, in that order.
  const std::vector<std::pair<std::string, Tensor>>& named() const { return named_; }
  std::int64_t count() const;
  // Throws kCorrupt naming a bound tensor that no layer asked for.
  void require_all_used() const;

 private:
  enum class Source { kRandom, kFile, kReader, kNone };

  Tensor fresh(const std::string& name, at::IntArrayRef shape, Init init) const;
  Tensor checked(const std::string& name, const Tensor& tensor, at::IntArrayRef shape) const;
  Tensor of_file(const std::string& name, at::IntArrayRef shape) const;

  Source origin_ = Source::kRandom;
  bool packs_ = false;
  std::uint64_t seed_ = 0;
  TensorMap source_;
  std::shared_ptr<const TensorReader> reader_;
  at::ScalarType arithmetic_ = at::ScalarType::Undefined;
  std::string prefix_;
  std::string scope_;
  std::vector<std::pair<std::string, Tensor>> named_;
};

// `x` in that arithmetic; Undefined: as it is.
inline Tensor in_arithmetic(const Tensor& x, at::ScalarType arithmetic) {
  return arithmetic == at::ScalarType::Undefined ? x : x.to(arithmetic);
}

// The network of a file's tensors. Throws what Parameters does.
template <class Network, class Config>
std::shared_ptr<const Network> network_of(Parameters parameters, const Config& config) {
  auto network = std::make_shared<const Network>(parameters, config);
  parameters.require_all_used();
  return network;
}

// Layers are plain aggregates of tensors; calling one applies it, in the arithmetic of what it is
// given: weights of another type are cast on their way.
struct Linear {
  Tensor weight;  // [out, in]
  Tensor bias;    // [out]

  Linear() = default;
  Linear(Parameters& parameters, const std::string& name, int in, int out,
         Init init = Init::kXavier);
  Tensor operator()(const Tensor& x) const;  // [..., in] -> [..., out]
};

struct LayerNorm {
  Tensor weight;
  Tensor bias;

  LayerNorm() = default;
  LayerNorm(Parameters& parameters, const std::string& name, int width);
  Tensor operator()(const Tensor& x) const;  // over the last dimension, eps 1e-5
};

// Group normalisation, `groups` groups over the channels.
struct GroupNorm {
  Tensor weight;
  Tensor bias;
  int groups = 8;
  double eps = 1e-5;

  GroupNorm() = default;
  GroupNorm(Parameters& parameters, const std::string& name, int channels, int groups_ = 8,
            double eps_ = 1e-5);
  Tensor operator()(const Tensor& x) const;  // [B, C, H, W]
};

}  // namespace portrait
