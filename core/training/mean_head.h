// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/training/heldout_pictures.h"

#include <vector>

namespace portrait {

// Sums over heads of what one viewpoint shows, in double.
class MeanView {
 public:
  explicit MeanView(int size);

  // rgb: size x size x 3, not premultiplied; alpha, depth: one channel, depth not finite = empty.
  void add(const Image& rgb, const Image& alpha, const Image& depth);
  void add(const MeanView& other);

  // Colour: the alpha-weighted average; alpha: the average, so that the mask at 0.5 is where most
  // heads are; depth there: the average of those that have one.
  HeldoutView average(int heads) const;

 private:
  int size_;
  std::vector<double> colour_;
  std::vector<double> alpha_;
  std::vector<double> depth_;
  std::vector<double> seen_;
};

}  // namespace portrait
