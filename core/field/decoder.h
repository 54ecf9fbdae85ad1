// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/field/field_frame.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// What the decoder says about points: raw density s [...,1] (density = softplus(s - 1)) and
// colour features [...,32] whose first three channels are RGB in about [0, 1].
struct Decoded {
  Tensor raw_density;
  Tensor colours;
};

// psi_dec: linear 32 -> 64, softplus, linear 64 -> 1 + 32; colours = sigmoid * (hi - lo) + lo.
struct Decoder {
  static constexpr int kHidden = 64;

  Tensor w0;  // [64,32]
  Tensor b0;  // [64]
  Tensor w1;  // [33,64], row 0 = raw density
  Tensor b1;  // [33]
  // EG3D widens the sigmoid so that colours reach 0 and 1.
  double colour_low = -0.001;
  double colour_high = 1.001;

  // N(0, 1/in) weights, zero biases: EG3D's effective initialisation.
  static Decoder random(RandomStream& random);

  Decoded decode(const Tensor& features) const;        // features [...,32]
  Tensor hidden(const Tensor& features) const;         // [...,64]
  Tensor raw_of_hidden(const Tensor& hidden) const;    // [...,1]
  Tensor colours_of_hidden(const Tensor& hidden) const;  // [...,32]
  Tensor raw_density(const Tensor& features) const;    // [...,1], without the colours' cost

  // "decoder.net.0.weight", "decoder.net.0.bias", "decoder.net.2.weight", "decoder.net.2.bias".
  std::vector<std::pair<std::string, Tensor>> named_parameters() const;
  void save_to(TensorMap& tensors, const std::string& prefix = "decoder.") const;
  // fold_gain: stored weights are EG3D's, to be multiplied by 1 / sqrt(inputs); files of our own
  // hold effective weights. Throws kCorrupt naming a tensor that is absent or misshapen.
  static Decoder load(const TensorMap& tensors, const std::string& prefix = "decoder.",
                      bool fold_gain = false);

  Decoder to(at::Device device) const;
  Decoder clone() const;  // deep, detached copies
};

// softplus(s - 1), per unit of length.
Tensor density_of_raw(const Tensor& raw_density);

}  // namespace portrait
