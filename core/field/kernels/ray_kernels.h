// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/field_view.h"

#include <cstdint>
#include <limits>

namespace portrait {

// The volume renderer (renderer.h) ray by ray, look-up to pixel in one pass, so that nothing but
// the pixels and what the backward needs leaves the cache. Every function here works on one
// thread. The same values as the LibTorch reference up to rounding.

inline constexpr int kMaxSamples = 256;  // per ray, coarse and fine together; a multiple of 16

// Stands for s of a sample that was not evaluated, and for no other: its density is 2e-5.
inline constexpr float kEmptyRaw = -10;

// How the rays of a call are marched. `near` >= `far`: the ray is empty.
struct RayMarch {
  const float* origins = nullptr;     // [N,3]
  const float* directions = nullptr;  // [N,3]
  const float* near = nullptr;        // [N]
  const float* far = nullptr;         // [N]
  // Jitter of the coarse strata and quantiles of the fine samples, ascending per ray; a row stride
  // of 0 serves all rays with one row.
  const float* coarse_jitter = nullptr;
  std::int64_t coarse_stride = 0;
  const float* fine_quantiles = nullptr;
  std::int64_t fine_stride = 0;
  int coarse = 0;
  int fine = 0;
  float strata = 0;        // what coarse sample numbers are divided by
  bool disparity = false;  // strata linear in 1 / t
  // Depths [N, coarse + fine], ascending, instead of all that; null: none given.
  const float* depths = nullptr;
  // Samples in cells without matter are not evaluated, but for the rays whose number plus
  // `unskipped_from` is a multiple of `unskipped_every` (0: no such rays).
  CellView cells;
  int unskipped_every = 0;
  std::int64_t unskipped_from = 0;
  // A ray ends where no more of its light is left: what lies behind is not evaluated. 0: never.
  float least_transmittance = 0;
  // Samples that weigh no more get no colour. Below zero: all do.
  float least_weight = -1;
  // Number of each ray in the order in which begin .. end - 1 count them, so that rays that pass
  // through the same texels follow each other; null: as they are numbered. [N]
  const std::int32_t* order = nullptr;

  int samples() const { return coarse + fine; }
};

// Where the pixels go; the last three may be null.
struct RayResults {
  float* features = nullptr;  // [N,32], premultiplied by opacity
  float* depth = nullptr;     // [N]; infinite where the ray meets no matter
  float* opacity = nullptr;   // [N]
  float* depths = nullptr;    // [N,S] ascending
  float* raw = nullptr;       // [N,S]; kEmptyRaw where not evaluated
  float* weights = nullptr;   // [N,S-1]
};

// Least and largest sample depth of the rays marched.
struct DepthSpan {
  float least = std::numeric_limits<float>::infinity();
  float largest = -std::numeric_limits<float>::infinity();
};
DepthSpan march_rays(const FieldView& field, const RayMarch& march, std::int64_t begin,
                     std::int64_t end, const RayResults& results);

// The decoder's matrices the other way round, for the backward.
struct DecoderTransposes {
  AlignedFloats w0;        // [64][32]
  AlignedFloats w_colour;  // [32][64]
};
DecoderTransposes transpose_decoder(const DecoderView& decoder);

// Sums of the gradient in the decoder's parameters, laid out as DecoderWeights.
struct DecoderGradients {
  AlignedFloats w0 = AlignedFloats(kFieldChannels * kHiddenUnits, 0.0F);
  AlignedFloats b0 = AlignedFloats(kHiddenUnits, 0.0F);
  AlignedFloats w_density = AlignedFloats(kHiddenUnits, 0.0F);
  float b_density = 0;
  AlignedFloats w_colour = AlignedFloats(kHiddenUnits * kFieldChannels, 0.0F);
  AlignedFloats b_colour = AlignedFloats(kFieldChannels, 0.0F);

  void add(const DecoderGradients& other);
};

// Gradients of the pixels.
struct PixelGradients {
  const float* features = nullptr;  // [N,32]
  const float* depth = nullptr;     // [N]; null: zero
  const float* opacity = nullptr;   // [N]; null: zero
};

// What march_rays left for the backward, and one or two gradients of its results: two are pulled
// back together, sharing all that does not depend on them.
inline constexpr int kMostPulled = 2;
struct RayPull {
  const float* origins = nullptr;     // [N,3]
  const float* directions = nullptr;  // [N,3]
  const float* depths = nullptr;      // [N,S]
  const float* raw = nullptr;         // [N,S]
  int samples = 0;
  int gradients = 1;  // 1 or 2
  PixelGradients of[kMostPulled];
  const std::int32_t* order = nullptr;  // as in RayMarch

  std::int64_t ray_floats() const {  // of the look-ups' gradients of one ray
    return std::int64_t(gradients) * samples * kFieldChannels;
  }
};

// Pulls rays begin .. end - 1 back to their look-ups: features [end - begin, gradients, S, 32] (of
// the mean of the planes; the third of the mean is in scatter_rays; the evaluated samples of a ray
// come first, without gaps), and adds to the decoder's gradients [gradients].
void pull_rays(const FieldView& field, const DecoderTransposes& transposes, const RayPull& pull,
               std::int64_t begin, std::int64_t end, float* features, DecoderGradients* decoder);

// Adds the look-ups' gradients of these rays to plane `plane` [D,H,W,32] of each gradient
// (grad_planes [gradients]), channels channel .. channel + 15. Different planes or channels touch
// different floats.
inline constexpr int kPlaneLane = 16;
void scatter_rays(const FieldView& field, const RayPull& pull, std::int64_t begin, std::int64_t end,
                  const float* features, int plane, int channel, float* const* grad_planes);

}  // namespace portrait
