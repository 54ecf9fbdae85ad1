// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"
#include "core/training/landmarks_cache.h"

#include <vector>

namespace portrait {

struct LandmarkBatch {
  Tensor crops;   // [B, 3, 128, 128] f32 in [0, 1]
  Tensor points;  // [B, 68, 2] f32, crop pixels / 128
  Tensor face;    // [B] f32: 1 a face, 0 not
  std::vector<float> yaw_deg;
};

// Faces at random, cut with random shift, scale and turn, mirrored half of the time, and spoilt as
// photos are: light, colour, blur, low resolution, noise, things in front. A part of them, of
// share `negatives`, is no face: close-ups, ears, shuffled or upside-down pieces, patterns.
LandmarkBatch draw_landmark_batch(const LandmarkFaces& faces, int size, double negatives,
                                  const RandomKey& key);

// Faces [first, first + size) as they are, cut like a cascade's box: a small fixed-seed offset.
LandmarkBatch plain_landmark_batch(const LandmarkFaces& faces, int first, int size,
                                   const RandomKey& key);

}  // namespace portrait
