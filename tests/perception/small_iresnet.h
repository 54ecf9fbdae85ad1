// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/perception/iresnet.h"

namespace portrait {

// Weights under the published names, statistics of normalisations neither zeros nor ones.
inline TensorMap small_iresnet_weights(const IResNetConfig& config) {
  Parameters drawn = Parameters::random(9);
  const IResNet network(drawn, config);
  TensorMap tensors;
  for (const auto& [name, tensor] : drawn.named()) {
    const Tensor wave = (at::arange(tensor.numel(), at::kFloat) * 0.61 + double(name.size())).sin();
    tensors[name] = tensor.dim() > 1                 ? tensor
                    : name.ends_with(".running_var") ? wave * 0.4 + 1
                    : name.ends_with("prelu.weight") ? wave * 0.3
                    : name.ends_with(".weight")      ? wave * 0.3 + 0.7
                                                     : wave * 0.3;
  }
  return tensors;
}

}  // namespace portrait
