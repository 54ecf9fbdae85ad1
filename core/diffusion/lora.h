// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/tensor_reader.h"
#include "core/nn/torch_safetensors.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

struct PackNetwork;

// Names of a network's parameters and their shapes.
using ShapeMap = std::map<std::string, std::vector<std::int64_t>>;

// Low-rank changes of a UNet's weights (Hu et al., LoRA, ICLR 2022):
// W += scale * alpha / rank * up down, for linear layers and convolutions. A file that states no
// alpha means the rank.
class UNetLora {
 public:
  // Holds every name and shape of the file against the UNet's. Throws kCorrupt naming what does not
  // fit (a layer that the UNet lacks, half a pair, ranks or sizes that differ), kUnsupported naming
  // a tensor that is no plain LoRA's (LoHa, LoKr, DoRA, ...).
  UNetLora(const SafetensorsFile& file, const ShapeMap& unet, double scale);

  // The UNet's parameters that change.
  std::vector<std::string> changed() const;
  // Adds what belongs to the parameter `name`, if anything does, to `weight`, in place: fp32 of the
  // parameter's shape, any device.
  void add_to(const std::string& name, Tensor& weight) const;
  // Tensors of the file for a text encoder: they change nothing here.
  const std::vector<std::string>& of_text_encoder() const { return of_text_encoder_; }

 private:
  struct Pair {
    std::string down;
    std::string up;
    std::string alpha;
  };
  void check_pair(const std::string& name, const Pair& pair,
                  const std::vector<std::int64_t>& shape) const;
  double factor(const Pair& pair) const;

  SafetensorsFile file_;
  double scale_;
  double default_alpha_ = 0;  // 0: the rank
  std::map<std::string, Pair> pairs_;
  std::vector<std::string> of_text_encoder_;
};

// Adds a network's LoRAs to its tensors, in their order. Throws as UNetLora does.
void merge_loras(const PackNetwork& network, TensorMap& tensors);

// The network's tensors with its LoRAs, each when it is read: added in fp32, given in the reader's
// type. `weights`: reads the network. Without LoRAs `weights` itself. Throws as UNetLora does.
std::shared_ptr<const TensorReader> with_loras(const PackNetwork& network,
                                               std::shared_ptr<const TensorReader> weights);

}  // namespace portrait
