// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/torch.h"

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

// Eyes' centres at the image's left and right, tip of the nose, mouth's corners at left and right.
using FivePoints = std::array<Eigen::Vector2d, 5>;

// Of the 68 points of the iBUG order. Throws kInternal for another number of them.
FivePoints five_points(const std::vector<Eigen::Vector2d>& landmarks);
// Of our mean head, in pixels of a camera's width x height picture.
FivePoints five_points(const Camera& camera, std::int64_t width, std::int64_t height);

// Where the five points of the mean face model stand that photos are aligned by, in decimetres: x
// at the image's right, y up, z out of the face.
const std::array<Eigen::Vector3d, 5>& aligned_face();
// Where our own mean head has them, world units.
const std::array<Eigen::Vector3d, 5>& our_face();

// How published face models align photos ("bfm" crop of Deep3DFaceRecon, Deng et al. 2019, which
// Portrait4D takes over): a scale and a shift, no turn. The photo is resized as a whole to
// `width` x `height`, then a square of `size` cut out of it at (left, top).
struct FaceCrop {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t left = 0;
  std::int64_t top = 0;
  std::int64_t size = 512;
};

// By an affine camera fitted to the five points: 180 pixels of a crop of 512 to the decimetre, the
// model's origin in the middle. Points have pixels' centres at halves (the published preparation at
// whole numbers, half a pixel of the photo beside it), so that a photo at any resolution is cut at
// the same place. Throws kBadInput when the points tell no size.
FaceCrop face_crop(const FivePoints& points, std::int64_t width, std::int64_t height,
                   std::int64_t size = 512);

// image [C,H,W] of any strides -> [C,size,size], Lanczos (3 lobes, prefiltered when it shrinks, as
// Pillow does); the border is replicated outside the photo. What lies outside the crop is not read.
Tensor cut_face(const Tensor& image, const FaceCrop& crop);

}  // namespace portrait
