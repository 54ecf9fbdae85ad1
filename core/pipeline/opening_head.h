// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>

namespace portrait {

// The head that the detail stage began with. What is painted keeps its coarse colours and outlines
// (painted_target.h): kept from the head of the moment, an error of one painting would be what the
// next keeps, and grow.
class OpeningHead {
 public:
  // From one camera, without jitter: a function of head and camera alone.
  struct Look {
    Tensor rgb;      // [3,S,S] in [0,1], over kTrainedBackground
    Tensor opacity;  // [W,W]
    Tensor depth;    // [W,W], distance along the unit ray
  };

  // A deep copy of `head`, without fine colours of its surface; samples on a ray.
  OpeningHead(const Field& head, int coarse, int fine);

  // W = `width`; S = 4 W with a super-resolution, else W.
  Look look(const Camera& camera, int width) const;

  // Parameters as PREFIX + Field::parameters()'s names. load: throws kCorrupt naming the tensor; of
  // a project from before this head was kept there is none, and it stays what it is.
  void save_to(TensorMap& tensors, const std::string& prefix) const;
  void load_from(const TensorMap& tensors, const std::string& prefix);

 private:
  Field head_;
  OccupancyGrid occupancy_;
  int coarse_, fine_;
};

}  // namespace portrait
