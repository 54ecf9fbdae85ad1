// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/matting.h"

#include "core/base/error.h"
#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/photo/grabcut_matte.h"
#include "core/photo/matte_net.h"
#include "core/photo/person_shape.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// The shape, with what lies outside the photo taken out.
Image shape_in_photo(const Camera& camera, const Image& coverage, int size) {
  Image shape = person_shape(camera, size);
  const Image covered = resize(coverage, size, size);
  int sure = 0;
  for (std::size_t i = 0; i < shape.pixels.size(); ++i) {
    if (covered.pixels[i] < 0.5F) shape.pixels[i] = kNeverPerson;
    sure += shape.pixels[i] == kSurelyPerson;
  }
  check(sure > 16, ErrorCode::kNoFace,
        "The head lies outside the photo; use a photo that shows the whole head");
  return shape;
}

// Lengths in pixels of the small matte.
struct Refinement {
  double blur;      // of the small matte, once enlarged
  double radius;    // of the guided filter
  double epsilon;   // of the guided filter
  float steepness;  // the filter's rounding of both ends is cut off by this much
};
constexpr Refinement kHardRefinement = {0.6, 5, 4e-4, 0.12F};  // of labels that are 0 or 1
constexpr Refinement kSoftRefinement = {0, 2, 1e-4, 0.04F};    // of an opacity

// A small matte at the crop's size, its rim drawn along the edges of the crop.
Image refined(const Image& crop, const Image& coverage, const Image& small,
              const Refinement& how) {
  const double scale = double(crop.width) / small.width;
  const int radius = std::max(1, int(std::lround(how.radius * scale)));
  const Image coarse =
      gaussian_blur(resize(small, crop.width, crop.height), how.blur * scale);
  const Image fine = guided_filter(crop, coarse, radius, how.epsilon);
  // Only the rim may change: what is far from it was decided by the whole picture.
  const Image spread = box_blur(coarse, radius);
  Image out(crop.width, crop.height, 1);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    const float s = spread.pixels[i];
    const float rim = std::clamp(8 * std::min(s, 1 - s), 0.0F, 1.0F);
    const float sharp = std::clamp(
        (fine.pixels[i] - how.steepness) / (1 - 2 * how.steepness), 0.0F, 1.0F);
    out.pixels[i] = (rim * sharp + (1 - rim) * coarse.pixels[i]) * coverage.pixels[i];
  }
  return out;
}

// Mean of `image` weighted by `weight` over a square, and of one minus it: Forte's F and B.
void blurred_layers(const Image& colour_f, const Image& colour_b, const Image& matte, int radius,
                    Image& mean_f, Image& mean_b) {
  Image sums(matte.width, matte.height, 8);
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    const float a = matte.pixels[i];
    for (int c = 0; c < 3; ++c) {
      sums.pixels[8 * i + c] = a * colour_f.pixels[3 * i + c];
      sums.pixels[8 * i + 4 + c] = (1 - a) * colour_b.pixels[3 * i + c];
    }
    sums.pixels[8 * i + 3] = a;
    sums.pixels[8 * i + 7] = 1 - a;
  }
  sums = box_blur(sums, radius);
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    const float* s = sums.pixels.data() + 8 * i;
    for (int c = 0; c < 3; ++c) {
      mean_f.pixels[3 * i + c] = s[c] / (s[3] + 1e-5F);
      mean_b.pixels[3 * i + c] = s[4 + c] / (s[7] + 1e-5F);
    }
  }
}

}  // namespace

Image matte_person(const Image& crop, const Camera& crop_camera, const Image& coverage,
                   const MattingOptions& options) {
  check(crop.channels == 3 && coverage.channels == 1 && crop.width == crop.height &&
            crop.width == coverage.width && crop.height == coverage.height,
        ErrorCode::kInternal, "matte_person needs a square crop and its coverage, got {}x{}x{} and "
        "{}x{}x{}", crop.width, crop.height, crop.channels, coverage.width, coverage.height,
        coverage.channels);
  if (options.net) {
    const Image shape = shape_in_photo(crop_camera, coverage, MatteNet::kSize);
    return refined(crop, coverage, network_matte(*options.net, crop, coverage, shape),
                   kSoftRefinement);
  }
  const Image shape = shape_in_photo(crop_camera, coverage, options.work_size);
  return refined(crop, coverage,
                 grabcut_matte(crop, crop_camera, coverage, shape, options.iterations),
                 kHardRefinement);
}

Image foreground_colours(const Image& crop, const Image& matte) {
  Image f = crop;
  Image b = crop;
  Image mean_f(crop.width, crop.height, 3);
  Image mean_b(crop.width, crop.height, 3);
  for (const int radius : {std::max(2, crop.width / 12), std::max(1, crop.width / 85)}) {
    blurred_layers(f, b, matte, radius, mean_f, mean_b);
    for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
      const float a = matte.pixels[i];
      for (std::size_t k = 3 * i; k < 3 * i + 3; ++k) {
        const float left = crop.pixels[k] - a * mean_f.pixels[k] - (1 - a) * mean_b.pixels[k];
        f.pixels[k] = std::clamp(mean_f.pixels[k] + a * left, 0.0F, 1.0F);
        b.pixels[k] = std::clamp(mean_b.pixels[k] + (1 - a) * left, 0.0F, 1.0F);
      }
    }
  }
  // Sure foreground is the photo itself, to the last digit.
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    if (matte.pixels[i] >= 0.999F) std::copy_n(&crop.pixels[3 * i], 3, &f.pixels[3 * i]);
  }
  return f;
}

}  // namespace portrait
