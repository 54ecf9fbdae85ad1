// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_math.h"
#include "core/field/kernels/warp.cuh"

#include <cstdint>

// What the CUDA kernels of rays share: the decoder in shared memory, and a warp's work on a tile of
// samples of its ray. The equations are those of ray_math.h; what stands here again is the
// decoder's products, for eight samples at a time.
namespace portrait::cuda {

using Taps = ray_math::PlaneTaps<float>;

// Samples evaluated together, and the stride of their rows in shared memory: rows of 48 bytes put
// eight of them on different banks.
constexpr int kTile = 8;
constexpr int kRow = 12;

// softplus, its slope from its value, and the sigmoid, each within 1e-6, from the device's fast
// functions: for the 64 hidden units and 32 colours of every sample. Densities go through ray_math.
__device__ inline float fast_softplus(float x) {
  return fmaxf(x, 0.0F) + __logf(1 + __expf(-fabsf(x)));
}
__device__ inline float fast_softplus_slope(float value) {
  return 1 - __expf(-value);
}
__device__ inline float fast_sigmoid(float x) {
  return __fdividef(1.0F, 1 + __expf(-x));
}

// The decoder in shared memory, with its matrices' rows a bank apart, so that lanes read them along
// rows and along columns without waiting for each other.
struct alignas(16) SharedDecoder {
  static constexpr int kUnitStride = kHiddenUnits + 1;
  static constexpr int kChannelStride = kFieldChannels + 1;

  float w0[kFieldChannels * kUnitStride];         // [32][64]
  float w_colour[kHiddenUnits * kChannelStride];  // [64][32]
  float b0[kHiddenUnits];
  float w_density[kHiddenUnits];
  float b_colour[kFieldChannels];
  float b_density;
  float colour_low;
  float colour_range;

  // By all threads of the block, which wait for each other.
  __device__ void load(const DecoderView& from) {
    for (int i = static_cast<int>(threadIdx.x); i < kFieldChannels * kHiddenUnits; i += kThreads) {
      w0[i / kHiddenUnits * kUnitStride + i % kHiddenUnits] = from.w0[i];
      w_colour[i / kFieldChannels * kChannelStride + i % kFieldChannels] = from.w_colour[i];
    }
    if (threadIdx.x < kHiddenUnits) {
      b0[threadIdx.x] = from.b0[threadIdx.x];
      w_density[threadIdx.x] = from.w_density[threadIdx.x];
    }
    if (threadIdx.x < kFieldChannels) b_colour[threadIdx.x] = from.b_colour[threadIdx.x];
    if (threadIdx.x == 0) {
      b_density = *from.b_density;
      colour_low = from.colour_low;
      colour_range = from.colour_high - from.colour_low;
    }
    __syncthreads();
  }
};

// One warp's tile of samples, in shared memory: a row per channel or unit, a column per sample.
struct alignas(16) Tile {
  float features[kFieldChannels * kRow];
  float hidden[kHiddenUnits * kRow];
  Taps taps[3 * kTile];
  int sample[kTile];  // which samples of the ray
};

__device__ inline void store_row(const float (&values)[kTile], float* rows, int row) {
  float4* to = reinterpret_cast<float4*>(rows + row * kRow);
  to[0] = make_float4(values[0], values[1], values[2], values[3]);
  to[1] = make_float4(values[4], values[5], values[6], values[7]);
}

__device__ inline void load_row(const float* rows, int row, float (&values)[kTile]) {
  const float4* from = reinterpret_cast<const float4*>(rows + row * kRow);
  const float4 a = from[0];
  const float4 b = from[1];
  values[0] = a.x;
  values[1] = a.y;
  values[2] = a.z;
  values[3] = a.w;
  values[4] = b.x;
  values[5] = b.y;
  values[6] = b.z;
  values[7] = b.w;
}

// sums[s] += weight * rows[row][s] for the tile's samples.
__device__ inline void add_row(float weight, const float* rows, int row, float (&sums)[kTile]) {
  float values[kTile];
  load_row(rows, row, values);
#pragma unroll
  for (int s = 0; s < kTile; ++s) sums[s] += weight * values[s];
}

__device__ inline void point_at(const float* origin, const float* direction, float t,
                                float (&point)[3]) {
  for (int i = 0; i < 3; ++i) point[i] = origin[i] + t * direction[i];
}

// The next samples of a ray to be evaluated: looks at samples next .. next + 31 of n, of which this
// lane's is `wanted` or not, takes the first eight into the tile, and returns how many. Sets `next`
// behind what it took or passed over.
__device__ inline int take_tile(bool wanted, int n, Tile& tile, int& next) {
  const int lane = lane_of_thread();
  const unsigned all = __ballot_sync(kAll, wanted);
  const int place = __popc(all & ((1U << lane) - 1));
  __syncwarp();  // the tile before may still be read
  if (wanted && place < kTile) tile.sample[place] = next + lane;
  const unsigned left = __ballot_sync(kAll, wanted && place >= kTile);
  next = left ? next + __ffs(static_cast<int>(left)) - 1 : min(next + kWarp, n);
  __syncwarp();
  return min(__popc(all), kTile);
}

// Look-ups and hidden layer of the tile's samples at depths t, of which `taken` are real; the rest
// are zero features. Lane: a channel, then units lane and lane + 32, whose values it gets.
__device__ inline void evaluate_tile(const FieldView& field, const SharedDecoder& decoder,
                                     const float* origin, const float* direction, const float* t,
                                     int taken, Tile& tile, float (&hidden)[2][kTile]) {
  const int lane = lane_of_thread();
  if (lane < 3 * taken) {
    float point[3];
    point_at(origin, direction, t[tile.sample[lane / 3]], point);
    tile.taps[lane] = ray_math::plane_taps(field.layout, lane % 3, point);
  }
  __syncwarp();
  const std::int64_t plane = field.layout.plane_floats();
  float features[kTile];
#pragma unroll
  for (int s = 0; s < kTile; ++s) {
    features[s] = 0;
    if (s >= taken) continue;
    for (int p = 0; p < 3; ++p) {
      features[s] +=
          ray_math::look_up(field.layout, field.planes + p * plane, tile.taps[3 * s + p], lane);
    }
  }
  store_row(features, tile.features, lane);
  __syncwarp();
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    for (int s = 0; s < kTile; ++s) hidden[half][s] = decoder.b0[lane + half * kWarp];
  }
#pragma unroll 4
  for (int c = 0; c < kFieldChannels; ++c) {
    const float* row = decoder.w0 + c * SharedDecoder::kUnitStride + lane;
    add_row(row[0], tile.features, c, hidden[0]);
    add_row(row[kWarp], tile.features, c, hidden[1]);
  }
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    for (int s = 0; s < kTile; ++s) hidden[half][s] = fast_softplus(hidden[half][s]);
  }
}

// Sigmoids of the tile's colours, a channel per lane, from the hidden layer, which it leaves in
// tile.hidden.
__device__ inline void colour_tile(const SharedDecoder& decoder, const float (&hidden)[2][kTile],
                                   Tile& tile, float (&sigmoids)[kTile]) {
  const int lane = lane_of_thread();
  store_row(hidden[0], tile.hidden, lane);
  store_row(hidden[1], tile.hidden, lane + kWarp);
  __syncwarp();
#pragma unroll
  for (int s = 0; s < kTile; ++s) sigmoids[s] = decoder.b_colour[lane];
#pragma unroll 4
  for (int u = 0; u < kHiddenUnits; ++u) {
    add_row(decoder.w_colour[u * SharedDecoder::kChannelStride + lane], tile.hidden, u, sigmoids);
  }
#pragma unroll
  for (int s = 0; s < kTile; ++s) sigmoids[s] = fast_sigmoid(sigmoids[s]);
}

// Weights of a ray's intervals and how much light is left behind each, [n - 1], a lane per
// interval; `left` may be null. Returns the opacity. The products are joined in another order than
// composite_weights(), the same up to rounding.
__device__ inline float weigh_ray(const float* t, const float* raw, int n, float* left,
                                  float* weights) {
  const int lane = lane_of_thread();
  float before = 1;
  float opacity = 0;
  for (int first = 0; first < n - 1; first += kWarp) {
    const int k = first + lane;
    const bool real = k < n - 1;
    const float passes =
        real ? expf(-ray_math::density_between(raw[k], raw[k + 1]) * (t[k + 1] - t[k])) : 1.0F;
    const float upto = warp_scan(passes, [](float a, float b) { return a * b; });
    float in_front = __shfl_up_sync(kAll, upto, 1);
    if (lane == 0) in_front = 1;
    const float weight = before * in_front * (1 - passes);
    if (real) weights[k] = weight;
    if (real && left) left[k] = before * upto;
    opacity += weight;
    before *= __shfl_sync(kAll, upto, kWarp - 1);
  }
  __syncwarp();
  return warp_sum(opacity);
}

// Depth of the ray, infinite where it meets no matter.
__device__ inline float depth_of_ray(const float* t, const float* weights, int n, float opacity) {
  float moment = 0;
  for (int k = lane_of_thread(); k < n - 1; k += kWarp) {
    moment += weights[k] * 0.5F * (t[k] + t[k + 1]);
  }
  return ray_math::depth_of_moment(warp_sum(moment), opacity);
}

}  // namespace portrait::cuda
