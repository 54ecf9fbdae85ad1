// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/super_resolution.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

// EG3D's SuperresolutionHybrid8XDC (Chan et al., CVPR 2022), which Portrait4D uses: two blocks,
// each of which doubles the size, of StyleGAN2's modulated convolutions; RGB is doubled along and
// added to. Where the latent that styles them is always the same, as in heads made from photos,
// styles and demodulation are constants: here they are multiplied into the weights as a network is
// loaded, so that it is made of plain convolutions, and these are what is optimised and saved.
//
// Parameters, in this order, for b = 0, 1 and k = 0, 1, of widths c_0, c_1:
//   block{b}.conv{k}.weight [c_b, inputs, 3, 3] and .bias [c_b]; then block{b}.torgb.weight
//   [3, c_b, 1, 1] and .bias [3].
// Noise of StyleGAN2's blocks is left out, as in EG3D's inference.
struct HybridWidths {
  std::array<int, 2> blocks = {256, 128};
  int latent = 512;
};

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// features [B,32,H,W], as rendered (RGB in [0,1]) -> [B,3,4H,4W], about [0,1].
Tensor hybrid_forward(const NamedTensors& parameters, const Tensor& features);

// The constant weights from those of a file as EG3D names them, with their styles:
// "block{b}.{conv0,conv1,torgb}.{weight,bias,affine.weight,affine.bias}" after `prefix`, and the
// latent, [L], by its whole name. Throws kCorrupt naming a tensor that is missing or misshapen.
SuperResolution load_hybrid(Parameters& parameters, const std::string& prefix,
                            const std::string& latent, const HybridWidths& widths = {});

// A tensor of such a file that is a constant, or noise: it is not asked for.
bool is_hybrid_constant(const std::string& name);

// Whether a map holds folded parameters after `prefix`, and those, copied.
bool holds_hybrid(const TensorMap& tensors, const std::string& prefix);
NamedTensors copy_hybrid(const TensorMap& tensors, const std::string& prefix);

// -- parts, for the tests

// weight [out,in,k,k] styled per input channel and scaled so that each output has unit gain.
Tensor modulated(const Tensor& weight, const Tensor& style, bool demodulate);
// StyleGAN2's doubling convolution: zeros between the pixels, a true convolution, then the filter
// [1,3,3,1] along both sides. [B,in,H,W] -> [B,out,2H,2W].
Tensor doubling_convolution(const Tensor& x, const Tensor& weight);
// [B,C,H,W] -> [B,C,2H,2W] by the same filter.
Tensor doubled(const Tensor& x);

}  // namespace portrait
