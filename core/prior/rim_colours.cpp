// SPDX-License-Identifier: Apache-2.0
#include "core/prior/rim_colours.h"

#include "core/nn/check_shape.h"

#include <vector>

namespace portrait {
namespace {

constexpr std::int64_t kSide = 64;  // it is smooth: no more is needed
constexpr std::int64_t kBand = 4;   // width of the rim, of kSide
constexpr double kLeast = 1e-3;     // the weight of what is no rim, so that nothing divides by 0
constexpr double kCertain = 4;      // a quarter covered by rim is as good as all of it

Tensor twice(const Tensor& x) {
  return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, false);
}

}  // namespace

Tensor rim_colours(const Tensor& photo, const Tensor& matte) {
  check_shape(photo, {-1, 3, -1, photo.size(2)}, "photo");
  check_shape(matte, {photo.size(0), 1, photo.size(2), photo.size(2)}, "matte");
  const std::int64_t side = photo.size(2);
  check(side % kSide == 0, ErrorCode::kInternal, "A photo of {} pixels is no multiple of {}", side,
        kSide);
  const std::int64_t step = side / kSide;
  const Tensor covered = at::avg_pool2d(matte, {step, step});
  const Tensor coloured = at::avg_pool2d(photo * matte, {step, step});
  const Tensor eroded =
      -at::max_pool2d(-covered, {2 * kBand + 1, 2 * kBand + 1}, {1, 1}, {kBand, kBand});
  const Tensor rim = 1 - eroded + kLeast;
  // Coarser and coarser sums of colour and weight, down to one pixel.
  std::vector<Tensor> colours{coloured * rim};
  std::vector<Tensor> weights{covered * rim};
  while (weights.back().size(2) > 1) {
    colours.push_back(at::avg_pool2d(colours.back(), {2, 2}));
    weights.push_back(at::avg_pool2d(weights.back(), {2, 2}));
  }
  // And back: where a level has rim, its colours, elsewhere those of the coarser one.
  Tensor spread = colours.back() / weights.back().clamp_min(1e-9);
  for (std::size_t level = colours.size() - 1; level-- > 0;) {
    const Tensor sure = (weights[level] * kCertain).clamp(0, 1);
    spread = sure * (colours[level] / weights[level].clamp_min(1e-9)) + (1 - sure) * twice(spread);
  }
  return at::upsample_bilinear2d(spread, {side, side}, false);
}

}  // namespace portrait
