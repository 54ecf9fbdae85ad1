// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"
#include "core/nn/torch.h"
#include "core/prior/portrait4d/config.h"
#include "core/prior/portrait4d/global_encoder.h"
#include "core/prior/portrait4d/plane_makers.h"

namespace portrait {

// Portrait4D's static reconstructor: an aligned photo to the tri-plane of the head, facing forward.
class Portrait4DNetwork {
 public:
  Portrait4DNetwork(Parameters& parameters, const Portrait4DConfig& config);

  // [1, 3, S, S] f32 RGB in [-1, 1], S = config.image -> planes [1, 96, S / 2, S / 2], of which
  // channels 32 p to 32 p + 31 are plane p of (x,y), (y,z), (z,x). Without gradients; memory stays
  // within a few times that of the largest layer's maps.
  Tensor operator()(const Tensor& photo) const;

  const Portrait4DConfig& config() const { return config_; }

 private:
  Portrait4DConfig config_;
  GlobalEncoder global_;
  DetailEncoder detail_;
  CanonicalEncoder canonical_;
  PlaneGenerator generator_;
};

}  // namespace portrait
