// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/image/resample.h"
#include "core/nn/torch.h"

#include <array>

namespace portrait {

// Eye at the picture's left, eye at its right, tip of the nose, corner of the mouth at the left, at
// the right; in pixels, the middle of the first at (0.5, 0.5).
using FacePoints = std::array<Eigen::Vector2d, 5>;

// Where ArcFace has them in its crop of 112 x 112. Published for pixels whose middles are whole
// numbers; here half a pixel on.
const FacePoints& arcface_points();

// The similarity from a photo's pixels to the crop's: Umeyama's through the five points.
// Throws kInternal when they coincide.
Affine2 arcface_crop(const FacePoints& points);

// photo [3, H, W], sRGB in [0, 1] -> [3, 112, 112], bilinear as published: without a filter before
// it, black outside the photo. Differentiable in the photo. Throws kInternal naming the shape.
Tensor aligned_face(const Tensor& photo, const FacePoints& points);

}  // namespace portrait
