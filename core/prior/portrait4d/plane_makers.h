// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"
#include "core/prior/portrait4d/config.h"
#include "core/prior/portrait4d/token_blocks.h"

#include <array>
#include <vector>

namespace portrait {

// What the photo shows finely. "encoder_detail.*".
class DetailEncoder {
 public:
  DetailEncoder(Parameters& parameters, const Portrait4DConfig& config);
  // [B, 5, S, S], with coordinates -> [B, 96, S / 2, S / 2].
  Tensor operator()(const Tensor& photo) const;

 private:
  std::vector<Conv2d> convs_;
};

// Planes of the head facing forward, at rest: a transformer over the global features. Its blocks
// attend to a motion as well, at a scale that is zero for a static head, where neither those layers
// nor what encodes motions is needed. "encoder_canonical.*".
class CanonicalEncoder {
 public:
  CanonicalEncoder(Parameters& parameters, const Portrait4DConfig& config);
  // [B, context_width, S / 8, S / 8] -> [B, 96, S / 2, S / 2].
  Tensor operator()(const Tensor& context) const;

 private:
  PatchEmbed embed_;
  std::vector<TokenBlock> blocks_;
  std::array<Conv2d, 3> convs_;
};

// Joins canonical planes and detail. "generator_triplane.*".
class PlaneGenerator {
 public:
  PlaneGenerator(Parameters& parameters, const Portrait4DConfig& config);
  // Both [B, 96, R, R] -> planes [B, 96, R, R].
  Tensor operator()(const Tensor& canonical, const Tensor& detail) const;

 private:
  std::array<Conv2d, 2> join_;
  PatchEmbed embed_;
  TokenBlock block_;
  std::array<Conv2d, 3> refine_;
  Conv2d out_;
};

}  // namespace portrait
