// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/decoder_kernels.h"
#include "core/field/kernels/plane_kernels.h"

#include <cstdint>
#include <limits>
#include "core/field/kernels/aligned.h"

namespace portrait {

// The volume renderer (renderer.h) ray by ray, look-up to pixel in one pass, so that nothing but
// the pixels and what the backward needs leaves the cache. Plain pointers, 32 channels, 64 hidden
// units, planes of at least 2 x 2; every function here works on one thread. The same values as the
// LibTorch reference up to rounding.

inline constexpr int kMaxSamples = 256;  // per ray, coarse and fine together; a multiple of 16

struct FieldView {
  PlaneLayout layout;
  const float* planes = nullptr;  // packed [3,D,H,W,32]
  const DecoderWeights* weights = nullptr;
};

// Which cells of the box hold matter (OccupancyGrid of occupancy.h).
struct CellView {
  int cells = 0;  // per side; 0: not known, all may
  float half_extent = 0;
  const std::uint8_t* occupied = nullptr;  // x fastest, then y, then z; 0 or 1
};

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
  CellView cells;  // samples in cells without matter are not evaluated
  // Samples that weigh no more get no colour. Below zero: all do.
  float least_weight = -1;

  int samples() const { return coarse + fine; }
};

// Where the pixels go; the last three may be null.
struct RayResults {
  float* features = nullptr;  // [N,32], premultiplied by opacity
  float* depth = nullptr;     // [N]; infinite where the ray meets no matter
  float* opacity = nullptr;   // [N]
  float* depths = nullptr;    // [N,S] ascending
  float* raw = nullptr;       // [N,S]
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
DecoderTransposes transpose_decoder(const DecoderWeights& weights);

// Sums of the gradient in the decoder's parameters, laid out as DecoderWeights.
struct DecoderGradients {
  AlignedFloats w0 = AlignedFloats(32 * 64, 0.0F);
  AlignedFloats b0 = AlignedFloats(64, 0.0F);
  AlignedFloats w_density = AlignedFloats(64, 0.0F);
  float b_density = 0;
  AlignedFloats w_colour = AlignedFloats(64 * 32, 0.0F);
  AlignedFloats b_colour = AlignedFloats(32, 0.0F);

  void add(const DecoderGradients& other);
};

// What march_rays left for the backward, and the gradients of its results.
struct RayPull {
  const float* origins = nullptr;     // [N,3]
  const float* directions = nullptr;  // [N,3]
  const float* depths = nullptr;      // [N,S]
  const float* raw = nullptr;         // [N,S]
  int samples = 0;
  const float* grad_features = nullptr;  // [N,32]
  const float* grad_depth = nullptr;     // [N]; null: zero
  const float* grad_opacity = nullptr;   // [N]; null: zero
};

// Pulls rays begin .. end - 1 back to their look-ups, features [end - begin, S, 32] (mean of the
// planes; the third of the mean is in scatter_rays), and adds to the decoder's gradient.
void pull_rays(const FieldView& field, const DecoderTransposes& transposes, const RayPull& pull,
               std::int64_t begin, std::int64_t end, float* features, DecoderGradients& decoder);

// Adds the look-ups' gradients of these rays to plane `plane` [D,H,W,32], channels
// channel .. channel + 15. Different planes or channels touch different floats.
void scatter_rays(const FieldView& field, const RayPull& pull, std::int64_t begin, std::int64_t end,
                  const float* features, int plane, int channel, float* grad_plane);

}  // namespace portrait
