// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"
#include "core/nn/torch.h"
#include "core/prior/portrait4d/config.h"
#include "core/prior/portrait4d/layers.h"

#include <optional>
#include <string>
#include <vector>

namespace portrait {

// ResNet's basic block without normalisation: relu(conv2(relu(conv1(x))) + x), where x goes through
// a 1 x 1 convolution when its width or size changes.
class BasicBlock {
 public:
  BasicBlock(Parameters& parameters, const std::string& name, int in, int out, int stride,
             int dilation);
  Tensor operator()(const Tensor& x) const;

 private:
  PlainConv first_;
  PlainConv second_;
  std::optional<PlainConv> shortcut_;
};

// Atrous spatial pyramid pooling (DeepLabV3, Chen et al. 2017) without normalisation: what each
// place sees at four reaches and of the whole picture, joined.
class AtrousPyramid {
 public:
  AtrousPyramid(Parameters& parameters, const std::string& name, int in, int out);
  Tensor operator()(const Tensor& x) const;

 private:
  std::vector<PlainConv> reaches_;
  PlainConv whole_;
  PlainConv join_;
};

// Whose head it is: a ResNet-34 whose last two stages are dilated instead of strided, and an atrous
// pyramid. "encoder_global.*".
class GlobalEncoder {
 public:
  GlobalEncoder(Parameters& parameters, const Portrait4DConfig& config);
  // [B, 5, S, S], with coordinates -> [B, context_width, S / 8, S / 8].
  Tensor operator()(const Tensor& photo) const;

 private:
  PlainConv stem_;
  std::vector<BasicBlock> blocks_;
  AtrousPyramid pyramid_;
  PlainConv out_;
};

}  // namespace portrait
