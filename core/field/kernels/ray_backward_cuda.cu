// SPDX-License-Identifier: Apache-2.0
// pull_rays_cuda(), in three steps. A warp per ray takes the pixels' gradients back to its samples'
// raw densities. Then each warp takes the samples of its rays, eight at a time, back through the
// decoder and into the planes, while its block multiplies the tiles of all its warps into one sum
// of the decoder's gradient. Last, the blocks' sums are added up.
#include "core/field/kernels/decoder_sums.cuh"
#include "core/field/kernels/pull_weights.cuh"
#include "core/field/kernels/ray_kernels_cuda.h"

#include <algorithm>

namespace portrait {
namespace {

using namespace cuda;

// Blocks of the second step: as many for any device, so that sums do not depend on it; two for
// each of an H100's 132 processors.
constexpr std::int64_t kPullBlocks = 264;

std::int64_t blocks_of(std::int64_t rays) {
  return (rays + kWarps - 1) / kWarps;
}

struct PulledOf {
  PulledFloats each[kMostPulled];
};

// One warp's way through rays first, first + step, ...: tile after tile of evaluated samples.
class RayQueue {
 public:
  __device__ RayQueue(const RayPull& pull, std::int64_t first, std::int64_t step,
                      std::int64_t count)
      : pull_(pull), ray_(first), step_(step), count_(count) {}

  // How many samples the next tile holds, all of ray(); 0: no more rays.
  __device__ int take(Tile& tile) {
    const int n = pull_.samples;
    while (ray_ < count_) {
      if (next_ >= n || (next_ == 0 && is_empty(pull_, ray_))) {
        ray_ += step_;
        next_ = 0;
        continue;
      }
      const int k = next_ + lane_of_thread();
      const int taken = take_tile(k < n && pull_.raw[ray_ * n + k] != kEmptyRaw, n, tile, next_);
      if (taken > 0) return taken;
    }
    return 0;
  }
  __device__ std::int64_t ray() const { return ray_; }

 private:
  const RayPull& pull_;
  std::int64_t ray_;
  std::int64_t step_;
  std::int64_t count_;
  int next_ = 0;
};

// Gradient of the look-ups into the planes: a channel per lane, gradients of the tile's samples.
__device__ void scatter_tile(const PlaneLayout& layout, const Tile& tile, int taken,
                             const float (&of_features)[kTile], float* planes) {
  const std::int64_t plane = layout.plane_floats();
  const int lane = lane_of_thread();
#pragma unroll
  for (int s = 0; s < kTile; ++s) {
    if (s >= taken) continue;
    for (int p = 0; p < 3; ++p) {
      float* to = planes + p * plane + lane;
      ray_math::visit_texels(layout, tile.taps[3 * s + p], [&](int offset, float weight) {
        if (weight > 0) atomicAdd(to + offset, weight * of_features[s]);
      });
    }
  }
}

// A tile back through the decoder, from the gradients of its samples' colours before the sigmoids
// and of their s; rows of what is on the way are left in `pulled`. Lanes as in evaluate_tile().
__device__ void pull_tile(const SharedDecoder& decoder, const Tile& tile,
                          const float (&colours)[kTile], const float (&grad_raw)[kTile],
                          PulledTile& pulled, DecoderSums& sums, float (&of_features)[kTile]) {
  const int lane = lane_of_thread();
  store_row(colours, pulled.colours, lane);
  sums.add_channel(colours, grad_raw);
  __syncwarp();
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int unit = lane + half * kWarp;
    float of_unit[kTile];
#pragma unroll
    for (int s = 0; s < kTile; ++s) of_unit[s] = grad_raw[s] * decoder.w_density[unit];
    const float* weights = decoder.w_colour + unit * SharedDecoder::kChannelStride;
#pragma unroll 4
    for (int c = 0; c < kFieldChannels; ++c) add_row(weights[c], pulled.colours, c, of_unit);
    float hidden[kTile];  // read back: registers are short
    load_row(tile.hidden, unit, hidden);
#pragma unroll
    for (int s = 0; s < kTile; ++s) of_unit[s] *= fast_softplus_slope(hidden[s]);
    store_row(of_unit, pulled.hidden, unit);
    sums.add_unit(half, of_unit, hidden, grad_raw);
  }
  __syncwarp();
#pragma unroll
  for (int s = 0; s < kTile; ++s) of_features[s] = 0;
  const float* weights = decoder.w0 + lane * SharedDecoder::kUnitStride;
#pragma unroll 4
  for (int u = 0; u < kHiddenUnits; ++u) add_row(weights[u], pulled.hidden, u, of_features);
}

std::size_t pull_samples_bytes() {
  return sizeof(SharedDecoder) + kWarps * (sizeof(Tile) + sizeof(PulledTile));
}

template <int kGradients>
__global__ void __launch_bounds__(kThreads, 2)
    pull_samples_kernel(const __grid_constant__ FieldView field,
                        const __grid_constant__ RayPull pull, std::int64_t count,
                        SampleGradients from, const __grid_constant__ PulledOf of,
                        float* block_sums) {
  SharedDecoder& decoder = *reinterpret_cast<SharedDecoder*>(shared_memory());
  decoder.load(field.decoder);
  Tile* tiles = reinterpret_cast<Tile*>(&decoder + 1);
  PulledTile* all_pulled = reinterpret_cast<PulledTile*>(tiles + kWarps);
  const int warp = warp_of_thread();
  const int lane = lane_of_thread();
  const int n = pull.samples;
  Tile& tile = tiles[warp];
  RayQueue queue(pull, std::int64_t(blockIdx.x) * kWarps + warp, std::int64_t(gridDim.x) * kWarps,
                 count);
  // Two names, not an array: the sums must stay in registers.
  DecoderSums first;
  DecoderSums second;
  for (;;) {
    const int taken = queue.take(tile);
    // A warp without work goes along with zeros, until all are done. Rows are free here: nobody
    // multiplies them any more.
    if (!__syncthreads_or(taken > 0)) break;
    const std::int64_t ray = queue.ray();
    float hidden[2][kTile];
    float sigmoids[kTile];
    evaluate_tile(field, decoder, pull.origins + 3 * ray, pull.directions + 3 * ray,
                  pull.depths + ray * n, taken, tile, hidden);
    colour_tile(decoder, hidden, tile, sigmoids);
    const auto pull_gradient = [&](int g, DecoderSums& sums) {
      const float of_channel = taken > 0 ? pull.of[g].features[ray * kFieldChannels + lane] : 0.0F;
      float colours[kTile];
      float grad_raw[kTile];
#pragma unroll
      for (int s = 0; s < kTile; ++s) {
        const std::int64_t at = s < taken ? ray * n + tile.sample[s] : 0;
        const float share = s < taken ? from.share[at] : 0.0F;
        grad_raw[s] = s < taken ? from.grad_raw[g * count * n + at] : 0.0F;
        colours[s] =
            ray_math::grad_before_sigmoid(of_channel, decoder.colour_range, share, sigmoids[s]);
      }
      float of_features[kTile];
      pull_tile(decoder, tile, colours, grad_raw, all_pulled[warp], sums, of_features);
      scatter_tile(field.layout, tile, taken, of_features, of.each[g].planes);
      __syncthreads();
      sums.add_products(tiles, all_pulled);
    };
    pull_gradient(0, first);
    if constexpr (kGradients == 2) {
      __syncthreads();
      pull_gradient(1, second);
    }
  }
  float* room = reinterpret_cast<float*>(tiles);
  float* to = block_sums + std::int64_t(blockIdx.x) * kGradients * kDecoderFloats;
  first.store(room, to);
  if constexpr (kGradients == 2) second.store(room, to + kDecoderFloats);
}

// A thread per number, over the blocks in order.
__global__ void add_block_sums(const float* block_sums, int blocks, int gradients, PulledOf of) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int numbers = gradients * kDecoderFloats;
  if (i >= numbers) return;
  float sum = 0;
#pragma unroll 8
  for (int block = 0; block < blocks; ++block) sum += block_sums[block * numbers + i];
  of.each[i / kDecoderFloats].decoder[i % kDecoderFloats] += sum;
}

template <int kGradients>
const char* pull_all(const FieldView& field, const RayPull& pull, std::int64_t count,
                     const PulledOf& of, float* workspace, CUstream_st* stream) {
  const std::int64_t row = count * pull.samples;
  const SampleGradients between{workspace, workspace + row};
  float* block_sums = workspace + (1 + kGradients) * row;
  const std::int64_t blocks = std::min(kPullBlocks, blocks_of(count));
  if (const char* trouble = launch(pull_weights_kernel<kGradients>, blocks_of(count),
                                   pull_weights_bytes<kGradients>(pull.samples), stream, field,
                                   pull, count, between)) {
    return trouble;
  }
  if (const char* trouble = launch(pull_samples_kernel<kGradients>, blocks, pull_samples_bytes(),
                                   stream, field, pull, count, between, of, block_sums)) {
    return trouble;
  }
  return launch(add_block_sums, (kGradients * kDecoderFloats + kThreads - 1) / kThreads, 0, stream,
                block_sums, static_cast<int>(blocks), kGradients, of);
}

}  // namespace

std::int64_t pull_workspace_floats(std::int64_t count, int samples, int gradients) {
  return (1 + gradients) * count * samples +
         std::min(kPullBlocks, blocks_of(count)) * gradients * kDecoderFloats;
}

const char* pull_rays_cuda(const FieldView& field, const RayPull& pull, std::int64_t count,
                           const PulledFloats* of, float* workspace, CUstream_st* stream) {
  if (count == 0) return nullptr;
  if (pull.gradients == 1) {
    return pull_all<1>(field, pull, count, {{of[0], {}}}, workspace, stream);
  }
  return pull_all<2>(field, pull, count, {{of[0], of[1]}}, workspace, stream);
}

}  // namespace portrait
