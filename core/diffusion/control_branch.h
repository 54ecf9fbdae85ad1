// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"
#include "core/diffusion/unet_trunk.h"
#include "core/nn/conv2d.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <memory>
#include <vector>

namespace portrait {

class ModelPack;

// The attention-free copy of a UNet that steers it (BrushNet, Ju et al., ECCV 2024; the method's
// eq. 9), in the layout, names and numerics of BrushNet's published weights. It sees the noisy
// latents beside what is known of the picture; its features pass 1 x 1 convolutions, which start at
// zero, and are added to the UNet's at every site. Differentiable; inside, maps lie channels last.
class ControlBranch {
 public:
  // kNone: without the zero convolutions, for a branch whose features others take.
  enum class Ends { kZeroConvolutions, kNone };
  ControlBranch(Parameters& parameters, const ControlConfig& config,
                Ends ends = Ends::kZeroConvolutions);

  // The feature at each of feature_sites(config().sizes).
  //   latents [B, in_channels, h, w] at timesteps t [B]; sides multiples of the sizes' reduction
  //   conditioning [B, conditioning_channels, h, w]: latents of the known part, in diffusion units,
  //   then its mask (1 = known)
  // Throws kInternal naming what does not fit.
  std::vector<Tensor> features(const Tensor& latents, const Tensor& conditioning,
                               const Tensor& t) const;
  // Features, of this network or merged with another's -> what the UNet adds, `scale` times the
  // zero convolutions. Throws kInternal naming what does not fit.
  std::vector<Tensor> outputs(const std::vector<Tensor>& features, double scale = 1) const;

  const ControlConfig& config() const { return config_; }

 private:
  ControlConfig config_;
  at::ScalarType arithmetic_;
  Conv2d in_;
  UNetTrunk trunk_;
  std::vector<Conv2d> zeros_;
};

// From a file's tensors, all of them.
// Throws kCorrupt naming a missing, surplus, misshapen or not finite tensor.
std::shared_ptr<const ControlBranch> load_brushnet(const TensorMap& tensors,
                                                   const ControlConfig& config);

// The network "brushnet" of a pack, sizes from its configuration.
// Throws kNotFound, kCorrupt, kUnsupported.
std::shared_ptr<const ControlBranch> load_brushnet(const ModelPack& pack, Precision precision = {});

}  // namespace portrait
