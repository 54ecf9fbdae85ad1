// SPDX-License-Identifier: Apache-2.0
// march_rays_cuda(): a warp per ray. The samples of a pass are walked front to back in tiles of
// eight, so that cells without matter and the end of the light cost nothing; what was seen is
// evaluated once more for its colours when its weights are known, which is cheaper than keeping
// hidden layers for whole rays.
#include "core/field/kernels/ray_kernels_cuda.h"
#include "core/field/kernels/ray_walk.cuh"

#include <limits>

namespace portrait {
namespace {

using namespace cuda;

std::size_t shared_bytes(int samples) {
  return sizeof(SharedDecoder) +
         kWarps * (sizeof(Tile) + kRows * sizeof(float) * static_cast<std::size_t>(samples));
}

// Sum of weight * colour over the samples that were evaluated and weigh enough: this lane's
// channel.
__device__ float composite_colours(const RayWork& w, int n) {
  const Rows& rows = w.rows;
  float sum = 0;
  for (int next = 0; next < n;) {
    const int k = next + w.lane;
    const bool wanted = k < n && rows.raw[k] != kEmptyRaw &&
                        ray_math::share_of_sample(rows.weights, k, n) > w.march.least_weight;
    const int taken = take_tile(wanted, n, w.tile, next);
    if (taken == 0) continue;
    float hidden[2][kTile];
    float sigmoids[kTile];
    evaluate_tile(w.field, w.decoder, w.origin, w.direction, rows.t, taken, w.tile, hidden);
    colour_tile(w.decoder, hidden, w.tile, sigmoids);
#pragma unroll
    for (int s = 0; s < kTile; ++s) {
      if (s >= taken) continue;
      const float share = ray_math::share_of_sample(rows.weights, w.tile.sample[s], n);
      sum += share * (w.decoder.colour_low + w.decoder.colour_range * sigmoids[s]);
    }
  }
  return sum;
}

// Smallest and largest of floats of either sign: as integers their order is kept, or reversed.
__device__ void widen_span(float* span, float least, float largest) {
  const auto as_int = [](float* at) { return reinterpret_cast<int*>(at); };
  const auto as_unsigned = [](float* at) { return reinterpret_cast<unsigned*>(at); };
  if (least >= 0) {
    atomicMin(as_int(span), __float_as_int(least));
  } else {
    atomicMax(as_unsigned(span), __float_as_uint(least));
  }
  if (largest >= 0) {
    atomicMax(as_int(span + 1), __float_as_int(largest));
  } else {
    atomicMin(as_unsigned(span + 1), __float_as_uint(largest));
  }
}

__device__ void march_one(const RayWork& w, std::int64_t ray, const RayResults& results,
                          float* span) {
  const RayMarch& march = w.march;
  const Rows& rows = w.rows;
  const int n = march.coarse + march.fine;
  float opacity = 0;
  if (march.depths || march.far[ray] > march.near[ray]) {
    place_samples(w, ray);
    opacity = weigh_ray(rows.t, rows.raw, n, nullptr, rows.weights);
  } else {  // a ray without extent: its samples weigh nothing
    for (int k = w.lane; k < n; k += kWarp) {
      rows.t[k] = march.near[ray];
      rows.raw[k] = kEmptyRaw;
      rows.weights[k] = 0;
    }
    __syncwarp();
  }
  results.features[ray * kFieldChannels + w.lane] = composite_colours(w, n);
  const float depth = depth_of_ray(rows.t, rows.weights, n, opacity);
  if (w.lane == 0) {
    results.opacity[ray] = opacity;
    results.depth[ray] = depth;
    widen_span(span, rows.t[0], rows.t[n - 1]);
  }
  for (int k = w.lane; k < n; k += kWarp) {
    if (results.depths) results.depths[ray * n + k] = rows.t[k];
    if (results.raw) results.raw[ray * n + k] = rows.raw[k];
    if (results.weights && k < n - 1) results.weights[ray * (n - 1) + k] = rows.weights[k];
  }
}

__global__ void begin_span(float* span) {
  if (threadIdx.x > 0) return;
  span[0] = std::numeric_limits<float>::infinity();
  span[1] = -std::numeric_limits<float>::infinity();
}

__global__ void __launch_bounds__(kThreads, 3)
    march_kernel(const __grid_constant__ FieldView field, const __grid_constant__ RayMarch march,
                 std::int64_t count, const __grid_constant__ RayResults results, float* span) {
  SharedDecoder& decoder = *reinterpret_cast<SharedDecoder*>(shared_memory());
  decoder.load(field.decoder);
  const int warp = warp_of_thread();
  const std::int64_t ray = std::int64_t(blockIdx.x) * kWarps + warp;
  if (ray >= count) return;
  const int n = march.coarse + march.fine;
  Tile* tiles = reinterpret_cast<Tile*>(&decoder + 1);
  float* row = reinterpret_cast<float*>(tiles + kWarps) + warp * kRows * n;
  const Rows rows{row, row + n, row + 2 * n, row + 3 * n, row + 4 * n};
  CellView cells = march.cells;
  if (march.unskipped_every > 0 && (ray + march.unskipped_from) % march.unskipped_every == 0) {
    cells.cells = 0;
  }
  const RayWork work{field,
                     march,
                     decoder,
                     tiles[warp],
                     rows,
                     march.origins + 3 * ray,
                     march.directions + 3 * ray,
                     cells,
                     lane_of_thread()};
  march_one(work, ray, results, span);
}

}  // namespace

const char* march_rays_cuda(const FieldView& field, const RayMarch& march, std::int64_t count,
                            const RayResults& results, float* span, CUstream_st* stream) {
  if (const char* trouble = launch(begin_span, 1, 0, stream, span)) return trouble;
  if (count == 0) return nullptr;
  return launch(march_kernel, (count + kWarps - 1) / kWarps, shared_bytes(march.samples()), stream,
                field, march, count, results, span);
}

}  // namespace portrait
