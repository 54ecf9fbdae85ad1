// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/pipeline/photo_input.h"

namespace portrait {

// Behind the pictures that the packs' networks were trained on, whatever the artist's background.
inline constexpr float kTrainedBackground = 0.5F;

// The tensors L_ref compares with, on one device. W = S / 4 is the width of the feature image.
struct PhotoTarget {
  explicit PhotoTarget(const PhotoInput& photo, at::Device device = at::kCPU);
  // The same, areas averaged down to `size` pixels, which divides S and is a multiple of 16.
  PhotoTarget reduced(int size) const;
  Tensor over_trained_background() const;  // [3,S,S]

  Camera camera;
  float background;
  int width;         // W
  Tensor rgb;        // [3,S,S] over the background
  Tensor matte;      // [1,S,S]
  Tensor rgb_low;    // [3,W,W], averaged over 4 x 4 pixels
  Tensor matte_low;  // [W,W]
};

}  // namespace portrait
