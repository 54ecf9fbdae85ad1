// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

namespace portrait::cli {

// The UNet as its published implementation computes it, operator by operator in LibTorch: weights
// as the file holds them, maps in planes, attention with all scores at once. A yardstick of our
// network's speed, and a second opinion on its answer.
class NaiveUNet {
 public:
  NaiveUNet(TensorMap tensors, UNetConfig config)
      : tensors_(std::move(tensors)), config_(std::move(config)) {}
  // As UNet2DConditionModel's.
  Tensor operator()(const Tensor& latents, const Tensor& t, const Tensor& context) const;

 private:
  Tensor weight(const std::string& name) const { return tensors_.at(name + ".weight"); }
  Tensor bias(const std::string& name) const;
  Tensor convolution(const std::string& name, const Tensor& x, int stride = 1) const;
  Tensor linear(const std::string& name, const Tensor& x) const;
  Tensor norm_silu(const std::string& name, const Tensor& x) const;
  Tensor block(const std::string& name, const Tensor& x, const Tensor& time) const;
  Tensor attention(const std::string& name, const Tensor& tokens, const Tensor& context,
                   int heads) const;
  Tensor transformer(const std::string& name, const Tensor& x, const Tensor& context,
                     int heads) const;

  TensorMap tensors_;
  UNetConfig config_;
};

}  // namespace portrait::cli
