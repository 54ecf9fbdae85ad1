// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/prior_head.h"

#include "core/image/resample.h"

#include <algorithm>

namespace portrait::cli {
namespace {

constexpr int kSize = HeldoutFormat::kSize;
constexpr int kRenderSize = 512;  // what the super-resolution was made for; halved to the set's

// Colours are averaged with their alpha, so that no background gets into the rim.
Image halved(const Image& rgba) {
  Image premultiplied = rgba;
  for (std::size_t i = 0; i < premultiplied.pixels.size(); i += 4) {
    for (std::size_t c = 0; c < 3; ++c) premultiplied.pixels[i + c] *= rgba.pixels[i + 3];
  }
  Image small = resize(premultiplied, kSize, kSize, Interpolation::kArea);
  for (std::size_t i = 0; i < small.pixels.size(); i += 4) {
    const float alpha = small.pixels[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      small.pixels[i + c] = alpha > 0 ? std::min(small.pixels[i + c] / alpha, 1.0F) : 0.0F;
    }
  }
  return small;
}

}  // namespace

HeldoutView PriorHead::from(const Viewpoint& viewpoint) const {
  const bool neural = !view_.field().sr.empty();
  const HeadPicture picture = view_.picture(
      rig_camera(viewpoint), neural ? kRenderSize / SuperResolution::kScale : kRenderSize, neural);
  return {halved(picture.rgba), enlarged_depth(picture.depth, kSize)};
}

}  // namespace portrait::cli
