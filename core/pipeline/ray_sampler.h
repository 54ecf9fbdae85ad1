// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/rays.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>

namespace portrait {

// Where to sample the rays of one camera, remembered between steps. The reference renderer finds
// the surface anew for every ray with its coarse pass; an optimisation that looks through the
// same camera thousands of times asks once and refreshes the answer now and then, which leaves a
// quarter of the samples to evaluate with gradients.
class RaySampler {
 public:
  static constexpr int kBins = 48;

  // Rays through a width x width image.
  RaySampler(const Camera& camera, int width, double half_extent, at::Device device = at::kCPU);

  // The coarse pass over all rays, without gradients.
  void refresh(const Field& field);

  // Depths of the rays of a rectangle, [N,spread + near], ascending, without gradient: `spread`
  // strata over the whole range and `near` ones drawn where refresh() found matter; jittered, a
  // pure function of the key.
  Tensor depths(const PixelRect& rectangle, int spread, int near, const RandomKey& key) const;
  Rays rays(const PixelRect& rectangle) const;

  int width() const { return width_; }
  // Depth and opacity [W,W] at the last refresh.
  const Tensor& depth() const { return depth_; }
  const Tensor& opacity() const { return opacity_; }

  void save_to(TensorMap& tensors, const std::string& prefix) const;
  void load_from(const TensorMap& tensors, const std::string& prefix);

 private:
  Tensor indices(const PixelRect& rectangle) const;  // [N] int64

  int width_;
  Rays rays_;       // [W*W,3] each
  Tensor near_;     // [W*W]
  Tensor far_;      // [W*W]
  Tensor depths_;   // [W*W,kBins], strata middles
  Tensor weights_;  // [W*W,kBins-1]
  Tensor depth_;
  Tensor opacity_;
};

}  // namespace portrait
