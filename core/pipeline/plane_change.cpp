// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/plane_change.h"

namespace portrait {

PlaneChange PlaneChange::through(const LoadedPlaneUNet& unet) {
  for (const auto& [name, tensor] : unet.parameters) tensor.set_requires_grad(true);
  return {unet.parameters,
          [network = unet.network](const Tensor& planes) { return (*network)(planes); }};
}

PlaneChange PlaneChange::direct(const Tensor& planes) {
  const Tensor offset = at::zeros_like(planes.detach()).set_requires_grad(true);
  return {{{"offset", offset}}, [offset](const Tensor& before) { return before + offset; }};
}

}  // namespace portrait
