// SPDX-License-Identifier: Apache-2.0
#include "core/photo/edited_matte.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/photo/matting.h"

#include <algorithm>
#include <numeric>

namespace portrait {

double matte_share(const Image& matte) {
  if (matte.empty()) return 0;
  return std::accumulate(matte.pixels.begin(), matte.pixels.end(), 0.0) /
         double(matte.pixels.size());
}

Image usable_matte(const Image& painted, const Alignment& alignment, int photo_width,
                   int photo_height) {
  const int size = alignment.size;
  check(painted.width == size && painted.height == size && painted.channels == 1,
        ErrorCode::kInternal, "The cut-out is {} x {} x {}; expected {} x {} x 1", painted.width,
        painted.height, painted.channels, size, size);
  const Image coverage =
      warp_coverage(photo_width, photo_height, alignment.photo_from_crop, size, size);
  Image out = painted;
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    out.pixels[i] = std::clamp(out.pixels[i], 0.0F, 1.0F) * coverage.pixels[i];
  }
  check(matte_share(out) >= kLeastMatte, ErrorCode::kBadInput,
        "The cut-out is empty: it leaves nothing of the photo to make a head of. Paint the head "
        "back in, or take the cut-out that was found");
  return out;
}

Image carried_matte(const Image& painted, const Alignment& from, const Alignment& to,
                    const Image& found) {
  const Affine2 map = compose(from.crop_from_photo, to.photo_from_crop);
  WarpOptions options;
  options.cubic = false;
  Image out = warp_affine(painted, map, to.size, to.size, options);
  const Image seen = warp_coverage(painted.width, painted.height, map, to.size, to.size);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    const float share = seen.pixels[i];
    out.pixels[i] = share * out.pixels[i] + (1 - share) * found.pixels[i];
  }
  return out;
}

Image crop_over_background(const Image& crop, const Image& matte, float background) {
  return over_grey(foreground_colours(crop, matte), matte, background);
}

}  // namespace portrait
