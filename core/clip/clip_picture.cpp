// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/clip/clip_picture.h"

#include "core/nn/check_shape.h"
#include "core/nn/per_channel.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// torchvision's CenterCrop rounds a half to the even number, as nearbyint does.
std::int64_t first_of_middle(std::int64_t whole, std::int64_t part) {
  return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(whole - part) / 2));
}

}  // namespace

Tensor clip_pixels(const Tensor& pictures, int size) {
  check_shape(pictures, {-1, 3, -1, -1}, "pictures");
  const std::int64_t height = pictures.size(2);
  const std::int64_t width = pictures.size(3);
  const std::int64_t shorter = std::min(height, width);
  check(shorter > 0 && size > 0, ErrorCode::kInternal, "CLIP was to see {} x {} pixels as {}",
        width, height, size);
  Tensor x = pictures;
  if (shorter != size) {
    x = at::_upsample_bicubic2d_aa(x, {height * size / shorter, width * size / shorter}, false)
            .clamp(0, 1);
  }
  x = x.narrow(2, first_of_middle(x.size(2), size), size)
          .narrow(3, first_of_middle(x.size(3), size), size);
  return (x - per_channel({0.48145466, 0.4578275, 0.40821073}, x)) /
         per_channel({0.26862954, 0.26130258, 0.27577711}, x);
}

}  // namespace portrait
