// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/picture_crops.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

Tensor one_crop(const Tensor& picture, const CropOptions& options, RandomStream& random) {
  const int side = options.side;
  const int room = static_cast<int>(std::min(picture.size(1), picture.size(2)));
  check(picture.dim() == 3 && picture.size(0) == 3 && room >= side, ErrorCode::kInternal,
        "A picture of {} pixels was to give crops of {}", room, side);
  const bool smaller = random.chance(0.5);
  const double scale = random.uniform(options.smallest_scale, 1);
  const int taken = smaller ? std::min(room, static_cast<int>(std::lround(side / scale))) : side;
  const int top = random.integer(0, static_cast<int>(picture.size(1)) - taken);
  const int left = random.integer(0, static_cast<int>(picture.size(2)) - taken);
  Tensor crop = picture.slice(1, top, top + taken).slice(2, left, left + taken).to(at::kFloat);
  if (taken != side) {
    crop = at::_upsample_bilinear2d_aa(crop.unsqueeze(0), {side, side}, false).squeeze(0);
  }
  return random.chance(0.5) ? crop.flip({2}) : crop;
}

}  // namespace

Tensor draw_crops(const std::vector<Tensor>& pictures, const CropOptions& options,
                  const RandomKey& key) {
  check(!pictures.empty(), ErrorCode::kInternal, "There are no pictures to crop");
  RandomStream random(key);
  std::vector<Tensor> crops;
  for (int i = 0; i < options.count; ++i) {
    const int which = random.integer(0, static_cast<int>(pictures.size()) - 1);
    crops.push_back(one_crop(pictures[std::size_t(which)], options, random));
  }
  return at::stack(crops) * (2.0 / 255) - 1;
}

}  // namespace portrait
