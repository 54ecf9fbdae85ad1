// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_pull_math.h"
#include "core/field/kernels/ray_tiles.cuh"

// First step of the way back, a warp per ray: from the pixel to its samples' raw densities.
namespace portrait::cuda {

// What it leaves for the second step, in global memory.
struct SampleGradients {
  float* share;     // [N,S], the samples' weights in the pixel
  float* grad_raw;  // [gradients,N,S], 0 where not evaluated
};

// A ray with no extent has no gradient.
__device__ inline bool is_empty(const RayPull& pull, std::int64_t ray) {
  const float* t = pull.depths + ray * pull.samples;
  return !(t[pull.samples - 1] > t[0]);
}

// A warp's rows in shared memory.
struct PullRows {
  float* left;     // [S], light left behind each interval
  float* weights;  // [S]
  float* ends;     // [S], gradient in s of either end of each interval
  float* along;    // [gradients,S], colours along the pixels' gradients
};
template <int kGradients>
constexpr int kPullRows = 3 + kGradients;

// Dot products of the colours of the evaluated samples with the pixel's gradients.
template <int kGradients>
__device__ void colours_along(const FieldView& field, const RayPull& pull,
                              const SharedDecoder& decoder, std::int64_t ray, Tile& tile,
                              const PullRows& rows) {
  const int n = pull.samples;
  const float* raw = pull.raw + ray * n;
  const int lane = lane_of_thread();
  float of_channel[kGradients];
#pragma unroll
  for (int g = 0; g < kGradients; ++g) {
    of_channel[g] = pull.of[g].features[ray * kFieldChannels + lane];
    for (int k = lane; k < n; k += kWarp) rows.along[g * n + k] = 0;
  }
  for (int next = 0; next < n;) {
    const int k = next + lane;
    const int taken = take_tile(k < n && raw[k] != kEmptyRaw, n, tile, next);
    if (taken == 0) continue;
    float hidden[2][kTile];
    float sigmoids[kTile];
    evaluate_tile(field, decoder, pull.origins + 3 * ray, pull.directions + 3 * ray,
                  pull.depths + ray * n, taken, tile, hidden);
    colour_tile(decoder, hidden, tile, sigmoids);
#pragma unroll
    for (int s = 0; s < kTile; ++s) {
      const float colour = decoder.colour_low + decoder.colour_range * sigmoids[s];
#pragma unroll
      for (int g = 0; g < kGradients; ++g) {
        const float sum = warp_sum(colour * of_channel[g]);
        if (s < taken && lane == s) rows.along[g * n + tile.sample[s]] = sum;
      }
    }
  }
  __syncwarp();
}

// Gradient `of` of the pixel back to raw densities: pull_raw() of one_ray.h, a lane per interval,
// from the last to the first, summing what lies behind.
__device__ inline void pull_raw(const RayPull& pull, const PixelGradients& of, std::int64_t ray,
                                float opacity, const PullRows& rows, const float* along,
                                float* grad_raw) {
  const int n = pull.samples;
  const float* t = pull.depths + ray * n;
  const float* raw = pull.raw + ray * n;
  const int lane = lane_of_thread();
  const bool any = opacity > 0;
  const float of_opacity = of.opacity ? of.opacity[ray] : 0.0F;
  const float of_moment = of.depth && any ? of.depth[ray] / opacity : 0.0F;
  const float depth = depth_of_ray(t, rows.weights, n, opacity);
  float behind = 0;
  for (int end = n - 1; end > 0; end -= kWarp) {
    const int k = end - 1 - lane;
    float of_weight = 0;
    float weighed = 0;
    if (k >= 0) {
      of_weight = ray_math::grad_weight(along[k], along[k + 1], t[k], t[k + 1], of_opacity,
                                        of_moment, any ? depth : 0.0F);
      weighed = of_weight * rows.weights[k];
    }
    const float upto = warp_scan(weighed, [](float a, float b) { return a + b; });
    float between = __shfl_up_sync(kAll, upto, 1);
    if (lane == 0) between = 0;
    if (k >= 0) {
      rows.ends[k] = ray_math::grad_raw_of_interval(of_weight * rows.left[k] - behind - between,
                                                    t[k + 1] - t[k],
                                                    ray_math::density_between(raw[k], raw[k + 1]));
    }
    behind += __shfl_sync(kAll, upto, kWarp - 1);
  }
  __syncwarp();
  for (int k = lane; k < n; k += kWarp) {
    const float both = (k > 0 ? rows.ends[k - 1] : 0.0F) + (k < n - 1 ? rows.ends[k] : 0.0F);
    grad_raw[ray * n + k] = raw[k] == kEmptyRaw ? 0.0F : both;
  }
  __syncwarp();
}

template <int kGradients>
std::size_t pull_weights_bytes(int samples) {
  return sizeof(SharedDecoder) + kWarps * (sizeof(Tile) + kPullRows<kGradients> * sizeof(float) *
                                                              static_cast<std::size_t>(samples));
}

template <int kGradients>
__global__ void __launch_bounds__(kThreads, 3)
    pull_weights_kernel(const __grid_constant__ FieldView field,
                        const __grid_constant__ RayPull pull, std::int64_t count,
                        SampleGradients out) {
  SharedDecoder& decoder = *reinterpret_cast<SharedDecoder*>(shared_memory());
  decoder.load(field.decoder);
  const int warp = warp_of_thread();
  const std::int64_t ray = std::int64_t(blockIdx.x) * kWarps + warp;
  if (ray >= count || is_empty(pull, ray)) return;
  const int n = pull.samples;
  Tile* tiles = reinterpret_cast<Tile*>(&decoder + 1);
  float* row = reinterpret_cast<float*>(tiles + kWarps) + warp * kPullRows<kGradients> * n;
  const PullRows rows{row, row + n, row + 2 * n, row + 3 * n};
  const float opacity =
      weigh_ray(pull.depths + ray * n, pull.raw + ray * n, n, rows.left, rows.weights);
  for (int k = lane_of_thread(); k < n; k += kWarp) {
    out.share[ray * n + k] = ray_math::share_of_sample(rows.weights, k, n);
  }
  colours_along<kGradients>(field, pull, decoder, ray, tiles[warp], rows);
#pragma unroll
  for (int g = 0; g < kGradients; ++g) {
    pull_raw(pull, pull.of[g], ray, opacity, rows, rows.along + g * n,
             out.grad_raw + g * count * n);
  }
}

}  // namespace portrait::cuda
