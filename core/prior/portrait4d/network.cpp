// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/network.h"

#include "core/nn/check_shape.h"
#include "core/prior/portrait4d/layers.h"

namespace portrait {

Portrait4DNetwork::Portrait4DNetwork(Parameters& parameters, const Portrait4DConfig& config)
    : config_(config),
      global_(parameters, config),
      detail_(parameters, config),
      canonical_(parameters, config),
      generator_(parameters, config) {}

Tensor Portrait4DNetwork::operator()(const Tensor& photo) const {
  const at::NoGradGuard no_grad;
  check_shape(photo, {1, 3, config_.image, config_.image}, "photo");
  const Tensor placed = with_coordinates(photo);
  const Tensor canonical = canonical_(global_(placed));
  return generator_(canonical, detail_(placed));
}

}  // namespace portrait
