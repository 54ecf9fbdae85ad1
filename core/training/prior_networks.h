// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"
#include "core/nn/parameters.h"
#include "core/prior/plane_encoder.h"

namespace portrait {

// The three networks of the prior while they are trained. The decoder's raw density is learned
// through a fixed gain, since a solid needs s in the hundreds, where one Adam step of the colours'
// size would not get it; the gain is folded into the weights that ship.
struct PriorNetworks {
  Parameters encoder_parameters;
  PlaneEncoder encoder;
  Decoder trained_decoder;
  SuperResolution sr;

  static PriorNetworks random(const PlaneEncoderConfig& config, std::uint64_t seed);
  // Bound to the values of named().
  static PriorNetworks from(const TensorMap& tensors, const PlaneEncoderConfig& config);
  // From what shipped() gave: the weights of a pack.
  static PriorNetworks from_shipped(TensorMap tensors, const PlaneEncoderConfig& config);

  static constexpr double kDensityGain = 40;
  Decoder decoder() const;  // with the gain folded in; differentiable

  // The same numbers in tensors of their own on the device.
  PriorNetworks to(at::Device device, const PlaneEncoderConfig& config) const;

  // All that is learned, under the names of the checkpoint.
  std::vector<std::pair<std::string, Tensor>> named() const;
  // As shipped: "encoder.*", "decoder.*" with gain folded in, "superresolution.*", from the given
  // values of named().
  static TensorMap shipped(const TensorMap& values);
};

}  // namespace portrait
