// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <Eigen/Core>

namespace portrait {

// Positions are continuous: the centre of pixel (x, y) is (x + 0.5, y + 0.5), so a size change
// and a warp mean the same at every resolution.
enum class Interpolation {
  kArea,      // box average when shrinking, bilinear when growing
  kBilinear,  // no prefilter
  kLanczos,   // 8 x 8 Lanczos when growing; area when shrinking
};

Image resize(const Image& image, int width, int height,
             Interpolation interpolation = Interpolation::kArea);

// [x', y'] = A [x, y, 1].
using Affine2 = Eigen::Matrix<double, 2, 3>;
Affine2 invert(const Affine2& a);
Affine2 compose(const Affine2& outer, const Affine2& inner);  // outer after inner
Eigen::Vector2d apply(const Affine2& a, const Eigen::Vector2d& point);
// Square root of the area scale.
double scale_of(const Affine2& a);

struct WarpOptions {
  bool cubic = true;           // Catmull-Rom; false: bilinear
  bool replicate_border = true;  // false: `border_value` outside the source
  float border_value = 0;
};

// Samples `source` on a grid: target pixel p shows source position `source_from_target`(p).
// Where the map shrinks the picture, the source is low-passed first, so nothing aliases.
Image warp_affine(const Image& source, const Affine2& source_from_target, int width, int height,
                  const WarpOptions& options = {});

// 1 inside the source, falling to 0 within half a pixel of its border: which target pixels of
// such a warp are covered. One channel.
Image warp_coverage(int source_width, int source_height, const Affine2& source_from_target,
                    int width, int height);

// Bilinear sample at a continuous position, border replicated. out: `channels` values.
void sample_bilinear(const Image& image, double x, double y, float* out);

}  // namespace portrait
