// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_kernels_cuda.h"
#include "core/field/kernels/ray_tiles.cuh"

// Sums of the decoder's gradient over all samples of a block, in registers and in a fixed order.
namespace portrait::cuda {

// A warp's tile on the way back, beside its Tile.
struct alignas(16) PulledTile {
  float colours[kFieldChannels * kRow];  // gradient before the sigmoids
  float hidden[kHiddenUnits * kRow];     // gradient before the softplus
};

// Where the parts of [kDecoderFloats] begin.
constexpr int kOfB0 = kFieldChannels * kHiddenUnits;
constexpr int kOfWDensity = kOfB0 + kHiddenUnits;
constexpr int kOfBDensity = kOfWDensity + kHiddenUnits;
constexpr int kOfWColour = kOfBDensity + 1;
constexpr int kOfBColour = kOfWColour + kHiddenUnits * kFieldChannels;
static_assert(kOfBColour + kFieldChannels == kDecoderFloats);

// Of one gradient. The matrices are shared out over the block, 2 x 4 of their numbers to a thread,
// 16 channels and 16 units apart, and summed over the tiles of all warps. The rest each warp sums
// for itself, lanes as in evaluate_tile().
class DecoderSums {
 public:
  // This warp's tile, a lane's rows: gradients of its channel's colours and of s; then those of its
  // unit of either half, and that unit's values.
  __device__ void add_channel(const float (&colours)[kTile], const float (&grad_raw)[kTile]) {
#pragma unroll
    for (int s = 0; s < kTile; ++s) {
      b_colour_ += colours[s];
      b_density_ += grad_raw[s];
    }
  }
  __device__ void add_unit(int half, const float (&pulled)[kTile], const float (&hidden)[kTile],
                           const float (&grad_raw)[kTile]) {
#pragma unroll
    for (int s = 0; s < kTile; ++s) {
      b0_[half] += pulled[s];
      w_density_[half] += grad_raw[s] * hidden[s];
    }
  }

  // The tiles of all warps, which must be complete.
  __device__ void add_products(const Tile* tiles, const PulledTile* pulled) {
    const int channel = first_channel();
    const int unit = first_unit();
    for (int warp = 0; warp < kWarps; ++warp) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float4 features[2];
        float4 of_colours[2];
        for (int i = 0; i < 2; ++i) {
          features[i] = four(tiles[warp].features, channel + 16 * i, half);
          of_colours[i] = four(pulled[warp].colours, channel + 16 * i, half);
        }
        for (int j = 0; j < 4; ++j) {
          const float4 of_hidden = four(pulled[warp].hidden, unit + 16 * j, half);
          const float4 hidden = four(tiles[warp].hidden, unit + 16 * j, half);
          for (int i = 0; i < 2; ++i) {
            add_dot(features[i], of_hidden, w0_[i][j]);
            add_dot(of_colours[i], hidden, w_colour_[i][j]);
          }
        }
      }
    }
  }

  // The block's sums to `to` [kDecoderFloats] in global memory. By all threads; `room` is shared
  // memory of kWarps * kSmall floats that nobody uses any more.
  static constexpr int kSmall = 2 * kHiddenUnits + 1 + kFieldChannels;
  __device__ void store(float* room, float* to) const {
    const int lane = lane_of_thread();
    float* mine = room + warp_of_thread() * kSmall;
    for (int half = 0; half < 2; ++half) {
      mine[lane + half * kWarp] = b0_[half];
      mine[kHiddenUnits + lane + half * kWarp] = w_density_[half];
    }
    if (lane == 0) mine[2 * kHiddenUnits] = b_density_;
    mine[2 * kHiddenUnits + 1 + lane] = b_colour_;
    __syncthreads();
    const int i = static_cast<int>(threadIdx.x);
    if (i < kSmall) {
      float sum = 0;
      for (int warp = 0; warp < kWarps; ++warp) sum += room[warp * kSmall + i];
      // b0, w_density and b_density lie together, b_colour behind the other matrix.
      to[i <= 2 * kHiddenUnits ? kOfB0 + i : kOfBColour + i - 2 * kHiddenUnits - 1] = sum;
    }
    for (int a = 0; a < 2; ++a) {
      for (int b = 0; b < 4; ++b) {
        const int channel = first_channel() + 16 * a;
        const int unit = first_unit() + 16 * b;
        to[channel * kHiddenUnits + unit] = w0_[a][b];
        to[kOfWColour + unit * kFieldChannels + channel] = w_colour_[a][b];
      }
    }
    __syncthreads();
  }

 private:
  // A warp covers 4 channels and 8 units, so that its reads of rows meet on no bank.
  __device__ static int first_channel() {
    return warp_of_thread() / 2 * 4 + lane_of_thread() / 8;
  }
  __device__ static int first_unit() {
    return warp_of_thread() % 2 * 8 + lane_of_thread() % 8;
  }
  __device__ static float4 four(const float* rows, int row, int half) {
    return reinterpret_cast<const float4*>(rows + row * kRow)[half];
  }
  __device__ static void add_dot(const float4& a, const float4& b, float& sum) {
    sum += a.x * b.x;
    sum += a.y * b.y;
    sum += a.z * b.z;
    sum += a.w * b.w;
  }

  float w0_[2][4] = {};
  float w_colour_[2][4] = {};
  float b0_[2] = {};
  float w_density_[2] = {};
  float b_colour_ = 0;
  float b_density_ = 0;
};

}  // namespace portrait::cuda
