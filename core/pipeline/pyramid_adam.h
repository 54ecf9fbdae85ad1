// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/adam.h"
#include "core/nn/torch.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// Adam on feature planes as sums of coarser ones: level l of the pyramid is an offset at 1/2^l of
// their size, enlarged bilinearly. Adam moves every entry alike, however little is known of it: of
// single texels, what a view tells of one is lost beside the grain of its neighbours, and surfaces
// come out serrated. A coarse entry hears what all rays through it agree on. (The gradient as
// smoothed for meshes by Nicolet et al. 2021, "Large Steps in Inverse Rendering of Geometry", with
// levels in place of a Laplacian.)
class PyramidAdam {
 public:
  // planes: a leaf [..., H, W] that requires gradients, H and W whole multiples of 2^(levels-1);
  // else throws kInternal. `shares`: of the rate, by level, the finest first; {1} is Adam itself.
  PyramidAdam(const Tensor& planes, std::vector<double> shares, double beta2 = AdamOptions{}.beta2);

  // One step with the gradient now in the planes. Without one nothing happens.
  void step(double rate);
  // Of the offsets' moments, to be kept and saved: all the state there is.
  Adam& moments() { return adam_; }

 private:
  Tensor planes_;
  std::vector<double> shares_;
  std::vector<std::pair<std::string, Tensor>> offsets_;  // by level; zero between steps
  Adam adam_;
};

}  // namespace portrait
