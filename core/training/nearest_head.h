// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <vector>

namespace portrait {

// Of many candidates the one that looks most like each of some heads. Looks are compared by their
// front views: the mean squared difference of the colours, sRGB-encoded and composited on
// mid-grey, over the union of both mattes at 0.5, which is what PSNR is made of (METHOD, Metrics).
// So a nearest head is the best that a mere look-up in the training set could find by the photo.
class NearestHeads {
 public:
  // fronts: RGBA of one size, one a head.
  explicit NearestHeads(const std::vector<Image>& fronts);

  // A candidate's front view; numbers are not negative. The order in which candidates are offered
  // does not matter: of two that are equally near the lower number is kept. Throws kBadUsage when
  // it is of another size, kBadInput when neither matte has a pixel inside.
  void offer(int number, const Image& rgba);

  // The nearest candidate's number; -1 before any was offered.
  int nearest(int head) const { return best_[std::size_t(head)].number; }
  double psnr_db(int head) const { return best_[std::size_t(head)].psnr_db; }

 private:
  struct Best {
    int number = -1;
    double psnr_db = 0;
  };
  struct Front {
    Image on_grey;
    Image alpha;
  };
  std::vector<Front> fronts_;
  std::vector<Best> best_;
};

}  // namespace portrait
