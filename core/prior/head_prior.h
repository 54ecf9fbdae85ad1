// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/nn/torch.h"

#include <Eigen/Core>

#include <optional>
#include <vector>

namespace portrait {

// The photo that a crop was cut of, at its own resolution.
struct WholePhoto {
  Tensor rgb;   // [3,H,W] f32 sRGB in [0,1] of any strides, as photographed; may be a view that
                // lasts no longer than infer()
  Tensor crop;  // [3,S,S], what PriorInput::crop was before it was cut out
  // Pixels of the crop of pixels of the photo (centres at halves): a similarity.
  Eigen::Matrix<double, 2, 3> crop_from_photo = Eigen::Matrix<double, 2, 3>::Zero();
};

// What a head is made of.
struct PriorInput {
  Tensor crop;  // [3,S,S] f32 sRGB in [0,1], background at 0.5; the canonical crop, S = 512 usually
  Tensor matte;   // [1,S,S] in [0,1]
  Camera camera;  // the crop's
  // The 68 points of the face in pixels of the crop, for priors that align photos by them; empty:
  // those of the mean head as the camera sees it.
  std::vector<Eigen::Vector2d> landmarks;
  // Where it is held: for the same priors, which find more detail in it than in the crop.
  std::optional<WholePhoto> photo{};
};

// G_enc of equation (3), of any architecture: a photo to a head in our world (camera.h), whatever
// frame the network itself was trained in.
class HeadPrior {
 public:
  virtual ~HeadPrior() = default;
  // Returns a field whose tensors are its own (optimising it leaves the prior as it was), without
  // gradients.
  virtual Field infer(const PriorInput& input) const = 0;
};

}  // namespace portrait
