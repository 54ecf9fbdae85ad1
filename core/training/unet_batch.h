// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/diffusion/noise_schedule.h"
#include "core/nn/torch.h"
#include "core/training/latent_set.h"

#include <vector>

namespace portrait {

// What a step of the UNet is trained on. All f32 on the CPU but t.
struct UnetBatch {
  Tensor clean;     // [B, L, s, s] latents of views
  Tensor noise;     // the same, N(0, 1)
  Tensor t;         // [B] whole numbers
  Tensor angles;    // [B, 2] where the views stand, as view_angles()
  Tensor identity;  // [B, L, s', s'] small latents of a photo of the same person
  Tensor kept;      // [B, 1, 1] of 0 and 1: whether the photo is shown to the network

  UnetBatch to(at::Device device) const;  // t stays
};

// Where a network's timesteps gather.
struct TimestepFocus {
  int first, last;
  double share;
};
// Where refinement noises its renders, and a little above.
inline constexpr TimestepFocus kRefinementSteps{100, 700, 0.75};
// One of [20, 980], the focus' share of them in [first, last].
int draw_timestep(RandomStream& random, const TimestepFocus& focus = kRefinementSteps);

// A person, a view and a photo of theirs for each sample, all at random.
UnetBatch draw_unet_batch(const LatentSet& set, int count, LatentSize size, double dropped,
                          const RandomKey& key);

// The same pictures whenever it is called: view and photo follow from the number of the person.
// t is left undefined, every photo is shown.
UnetBatch fixed_unet_batch(const LatentSet& set, int people, LatentSize size);

// What the squared error of a sample in v counts: min(SNR, cap) / (SNR + 1) (Hang et al.,
// "Efficient Diffusion Training via Min-SNR Weighting Strategy", ICCV 2023), at least a quarter, so that what
// is mostly noise goes on learning who and where. alpha_bar in (0, 1).
double velocity_weight(double alpha_bar, double cap = 5);

// abar of each timestep [B], f32 [B].
Tensor alpha_bars(const NoiseSchedule& schedule, const Tensor& t);
// That weight of each timestep [B], f32 [B]; for networks that answer the noise, the same weight of
// the estimated picture's error.
Tensor step_weights(const NoiseSchedule& schedule, const Tensor& t);

}  // namespace portrait
