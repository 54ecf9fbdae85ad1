// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/adam.h"
#include "core/nn/torch.h"

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
  // planes: a leaf [..., H, W] that requires gradients, H and W whole multiples of 2^(levels-1).
  // `shares`: of the rate, by level, the finest first; {1} is Adam itself. The rate comes with each
  // step.
  PyramidAdam(const Tensor& planes, std::vector<double> shares, double beta2 = AdamOptions{}.beta2);

  void zero_grad();
  // One step with the gradient now in the planes. Without one nothing happens.
  void step(double rate);
  // L2 norm of the planes' gradient; non-finite if it is.
  double gradient_norm() const;
  // Of the offsets' moments, to be kept and saved: all the state there is.
  Adam& moments() { return adam_; }

 private:
  using Named = std::vector<std::pair<std::string, Tensor>>;
  static Named offsets_of(const Tensor& planes, std::size_t levels);
  static std::vector<Adam::Group> groups_of(const Named& offsets,
                                            const std::vector<double>& shares);

  Tensor planes_;
  Named offsets_;  // by level; zero between steps
  Adam adam_;
};

}  // namespace portrait
