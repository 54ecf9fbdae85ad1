// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_tiles.cuh"

#include <cfloat>

// A warp's way through the samples of its ray: where they lie, and their s.
namespace portrait::cuda {

// A warp's rows of samples in shared memory, behind its tile.
struct Rows {
  float* t;         // [S] of the ray, ascending; while depths are drawn, the cdf
  float* raw;       // [S]
  float* weights;   // [S]
  float* pass_t;    // [S] coarse, then fine
  float* pass_raw;  // [S]
};
constexpr int kRows = 5;

// One ray and its warp's work space.
struct RayWork {
  const FieldView& field;
  const RayMarch& march;
  const SharedDecoder& decoder;
  Tile& tile;
  Rows rows;
  const float* origin;
  const float* direction;
  CellView cells;
  int lane;
};

// Evaluates, front to back, the samples whose raw is kEmptyRaw, but for those in cells without
// matter and those behind the end of the light.
__device__ inline void walk(const RayWork& w, const float* t, float* raw, int n) {
  float optical = 0;
  for (int next = 0; next < n;) {
    const int first = next;
    const int k = first + w.lane;
    bool wanted = k < n && raw[k] == kEmptyRaw;
    if (wanted) {
      float point[3];
      point_at(w.origin, w.direction, t[k], point);
      wanted = ray_math::may_hold_matter(w.cells, point);
    }
    const int taken = take_tile(wanted, n, w.tile, next);
    if (taken > 0) {
      float hidden[2][kTile];
      evaluate_tile(w.field, w.decoder, w.origin, w.direction, t, taken, w.tile, hidden);
#pragma unroll
      for (int s = 0; s < kTile; ++s) {
        const float sum = warp_sum(hidden[0][s] * w.decoder.w_density[w.lane] +
                                   hidden[1][s] * w.decoder.w_density[w.lane + kWarp]);
        if (s < taken && w.lane == s) {
          raw[w.tile.sample[s]] = ray_math::evaluated_raw(sum + w.decoder.b_density);
        }
      }
      __syncwarp();
    }
    if (w.march.least_transmittance > 0) {
      const bool inside = k > 0 && k < next;
      optical += warp_sum(inside ? ray_math::density_between(raw[k - 1], raw[k]) * (t[k] - t[k - 1])
                                 : 0.0F);
      if (expf(-optical) <= w.march.least_transmittance) return;
    }
  }
}

// Rounding may leave neighbours a bit out of order, which ranks would trip over.
__device__ inline void hold_ascending(float* t, int n) {
  float largest = -FLT_MAX;
  for (int first = 0; first < n; first += kWarp) {
    const int k = first + lane_of_thread();
    const float here = k < n ? t[k] : -FLT_MAX;
    const float upto = warp_scan(here, [](float a, float b) { return fmaxf(a, b); });
    largest = fmaxf(largest, upto);
    if (k < n) t[k] = largest;
    largest = __shfl_sync(kAll, largest, kWarp - 1);
  }
  __syncwarp();
}

// How many of the ascending values are below x, or no more than x.
__device__ inline int count_below(const float* values, int n, float x, bool or_equal) {
  int low = 0;
  while (n > 0) {
    const int half = n / 2;
    const bool below = values[low + half] < x || (or_equal && values[low + half] == x);
    low = below ? low + half + 1 : low;
    n = below ? n - half - 1 : half;
  }
  return low;
}

// Fine depths behind the coarse ones in rows.pass_t, from the coarse pass's weights.
__device__ inline void sample_importance(const RayWork& w, const float* quantiles) {
  const int coarse = w.march.coarse;
  const Rows& rows = w.rows;
  float* cdf = rows.t;
  float mine = 0;
  for (int k = w.lane; k < coarse - 3; k += kWarp) {
    mine += importance_mass(coarse, rows.weights, k);
  }
  const float total = warp_sum(mine);
  float before = 0;
  if (w.lane == 0) cdf[0] = 0;
  for (int first = 0; first < coarse - 3; first += kWarp) {
    const int k = first + w.lane;
    const float mass = k < coarse - 3 ? importance_mass(coarse, rows.weights, k) / total : 0.0F;
    const float upto = before + warp_scan(mass, [](float a, float b) { return a + b; });
    if (k < coarse - 3) cdf[k + 1] = upto;
    before = __shfl_sync(kAll, upto, kWarp - 1);
  }
  __syncwarp();
  for (int i = w.lane; i < w.march.fine; i += kWarp) {
    const float u = quantiles[i];
    const int above = count_below(cdf, coarse - 2, u, true);
    rows.pass_t[coarse + i] = importance_depth(coarse, rows.pass_t, cdf, above, u);
    rows.pass_raw[coarse + i] = kEmptyRaw;
  }
  __syncwarp();
  hold_ascending(rows.pass_t + coarse, w.march.fine);
}

// Both passes in one ascending row; of equal depths the coarse one comes first.
__device__ inline void merge_passes(const RayWork& w) {
  const int coarse = w.march.coarse;
  const Rows& rows = w.rows;
  for (int i = w.lane; i < coarse + w.march.fine; i += kWarp) {
    const float t = rows.pass_t[i];
    const int place = i < coarse ? i + count_below(rows.pass_t + coarse, w.march.fine, t, false)
                                 : i - coarse + count_below(rows.pass_t, coarse, t, true);
    rows.t[place] = t;
    rows.raw[place] = rows.pass_raw[i];
  }
  __syncwarp();
}

// Depths and s of all samples into rows.t and rows.raw.
__device__ inline void place_samples(const RayWork& w, std::int64_t ray) {
  const RayMarch& march = w.march;
  const int n = march.coarse + march.fine;
  const bool two_passes = !march.depths && march.fine > 0;
  float* t = two_passes ? w.rows.pass_t : w.rows.t;
  float* raw = two_passes ? w.rows.pass_raw : w.rows.raw;
  for (int k = w.lane; k < march.coarse; k += kWarp) {
    if (march.depths) {
      t[k] = march.depths[ray * n + k];
    } else {
      const float s =
          (float(k) + march.coarse_jitter[ray * march.coarse_stride + k]) / march.strata;
      t[k] = ray_math::coarse_depth(march.near[ray], march.far[ray], s, march.disparity);
    }
    raw[k] = kEmptyRaw;
  }
  __syncwarp();
  if (!march.depths) hold_ascending(t, march.coarse);
  walk(w, t, raw, march.coarse);
  if (!two_passes) return;
  weigh_ray(t, raw, march.coarse, nullptr, w.rows.weights);
  sample_importance(w, march.fine_quantiles + ray * march.fine_stride);
  merge_passes(w);
  walk(w, w.rows.t, w.rows.raw, n);
}

}  // namespace portrait::cuda
