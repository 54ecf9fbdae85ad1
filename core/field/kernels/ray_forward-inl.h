// SPDX-License-Identifier: Apache-2.0
// march_rays(); included once per instruction set.
#if defined(PORTRAIT_RAY_FORWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_RAY_FORWARD_INL_H
#undef PORTRAIT_RAY_FORWARD_INL_H
#else
#define PORTRAIT_RAY_FORWARD_INL_H
#endif

#include "core/field/kernels/ray_walk-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// One thread's work space for one ray.
struct ForwardScratch {
  Rows rows;
  Walk coarse;
  Walk ray;  // all samples in the order of depths
  Intervals intervals;
  HWY_ALIGN float fine_t[kPointRoom];
  HWY_ALIGN float importance[2 * kPointRoom];
  HWY_ALIGN float colours[kMaxSamples * kFieldChannels];
};

HWY_INLINE void coarse_row_depths(const RayMarch& march, std::int64_t ray, float* t) {
  const float near = march.near[ray];
  const float far = march.far[ray];
  const float* jitter = march.coarse_jitter + ray * march.coarse_stride;
  for (int i = 0; i < march.coarse; ++i) {
    const float s = (float(i) + jitter[i]) / march.strata;
    t[i] = march.disparity ? 1 / ((1 - s) / near + s / far) : near + s * (far - near);
  }
}

// Coarse samples, as far as they were evaluated, and pending fine ones, by depth.
HWY_INLINE void merge_passes(const RayMarch& march, const Walk& coarse, const float* fine_t,
                             Walk& ray) {
  int c = 0;
  int f = 0;
  for (int k = 0; k < march.samples(); ++k) {
    if (f >= march.fine || (c < march.coarse && coarse.t[c] <= fine_t[f])) {
      ray.t[k] = coarse.t[c];
      ray.raw[k] = coarse.raw[c];
      ray.row[k] = coarse.row[c++];
    } else {
      ray.t[k] = fine_t[f++];
      ray.row[k] = kPending;
    }
  }
}

// Adds weight * colour of the samples that weigh enough to features [32].
HWY_INLINE void composite_colours(const FieldView& field, const RayMarch& march, int n,
                                  ForwardScratch& s, float* features) {
  const DecoderView& w = field.decoder;
  float share[kMaxSamples];
  int chosen = 0;
  // The hidden rows that count move together; a row never moves past one still to be read when
  // they are visited in the order of rows.
  int sample_of_row[kMaxSamples];
  int rows = 0;
  for (int k = 0; k < n; ++k) {
    if (s.ray.row[k] < 0) continue;
    sample_of_row[s.ray.row[k]] = k;
    ++rows;
  }
  for (int r = 0; r < rows; ++r) {
    const int k = sample_of_row[r];
    const float weight = sample_weight(s.intervals.weights, k, n);
    if (weight <= march.least_weight) continue;
    if (chosen != r) {
      std::memcpy(s.rows.hidden + std::size_t(chosen) * kHiddenUnits,
                  s.rows.hidden + std::size_t(r) * kHiddenUnits, kHiddenUnits * sizeof(float));
    }
    share[chosen++] = weight;
  }
  product<kFieldChannels>(s.rows.hidden, chosen, kHiddenUnits, w.w_colour, w.b_colour, s.colours,
                          Unchanged());
  const Vector range = all(w.colour_high - w.colour_low);
  const Vector low = all(w.colour_low);
  for (int j = 0; j < kChannelVectors; j += 2) {
    Vectors<2> sum{{hn::Zero(Floats()), hn::Zero(Floats())}};
    float all_shares = 0;
    for (int i = 0; i < chosen; ++i) {
      const float* x = s.colours + std::size_t(i) * kFieldChannels + j * kLanes;
      const Vectors<2> weight{{all(share[i]), all(share[i])}};
      sum = add_product(weight, sigmoid_of(Vectors<2>{{load(x), load(x + kLanes)}}), sum);
      all_shares += share[i];
    }
    for (int v = 0; v < 2; ++v) {
      store(hn::MulAdd(sum.at[v], range, hn::Mul(low, all(all_shares))),
            features + (j + v) * kLanes);
    }
  }
}

// A ray without extent: its samples weigh nothing.
inline DepthSpan leave_empty(const RayMarch& march, std::int64_t ray, const RayResults& results) {
  const int n = march.samples();
  std::fill_n(results.features + ray * kFieldChannels, kFieldChannels, 0.0F);
  results.depth[ray] = std::numeric_limits<float>::infinity();
  results.opacity[ray] = 0;
  if (results.depths) std::fill_n(results.depths + ray * n, n, march.near[ray]);
  if (results.raw) std::fill_n(results.raw + ray * n, n, kEmptyRaw);
  if (results.weights) std::fill_n(results.weights + ray * (n - 1), n - 1, 0.0F);
  return {march.near[ray], march.near[ray]};
}

// Draws the samples of a ray and evaluates those that may be seen.
HWY_INLINE void walk_two_passes(const FieldView& field, const RayMarch& march, std::int64_t ray,
                                const RayStart& start, ForwardScratch& s) {
  Walk& coarse = march.fine > 0 ? s.coarse : s.ray;
  coarse_row_depths(march, ray, coarse.t);
  std::fill_n(coarse.row, march.coarse, kPending);
  int rows = walk_pending(field, march, start, march.coarse, 0, coarse, s.rows);
  if (march.fine == 0) return;
  weigh_intervals(coarse.t, coarse.raw, march.coarse, s.intervals);
  importance_row(march.coarse, coarse.t, s.intervals.weights, march.fine,
                 march.fine_quantiles + ray * march.fine_stride, s.fine_t, s.importance);
  merge_passes(march, coarse, s.fine_t, s.ray);
  walk_pending(field, march, start, march.samples(), rows, s.ray, s.rows);
}

inline DepthSpan march_one(const FieldView& field, const RayMarch& march, std::int64_t ray,
                           const RayResults& results, ForwardScratch& s) {
  const int n = march.samples();
  const bool whole = march.unskipped_every > 0 &&
                     (ray + march.unskipped_from) % march.unskipped_every == 0;
  const RayStart start{march.origins + 3 * ray, march.directions + 3 * ray, !whole};
  if (march.depths) {
    std::memcpy(s.ray.t, march.depths + ray * n, std::size_t(n) * sizeof(float));
    std::fill_n(s.ray.row, n, kPending);
    walk_pending(field, march, start, n, 0, s.ray, s.rows);
  } else if (march.far[ray] > march.near[ray]) {
    walk_two_passes(field, march, ray, start, s);
  } else {
    return leave_empty(march, ray, results);
  }
  const float opacity = weigh_intervals(s.ray.t, s.ray.raw, n, s.intervals);
  composite_colours(field, march, n, s, results.features + ray * kFieldChannels);
  const float moment = depth_moment(s.ray.t, s.intervals.weights, n);
  results.opacity[ray] = opacity;
  results.depth[ray] = opacity > 0 ? moment / opacity : std::numeric_limits<float>::infinity();
  const auto keep = [&](float* to, const float* from, int count) {
    if (to) std::memcpy(to + ray * count, from, std::size_t(count) * sizeof(float));
  };
  keep(results.depths, s.ray.t, n);
  keep(results.raw, s.ray.raw, n);
  keep(results.weights, s.intervals.weights, n - 1);
  return {s.ray.t[0], s.ray.t[n - 1]};
}

inline DepthSpan march_some(const FieldView& field, const RayMarch& march, std::int64_t begin,
                            std::int64_t end, const RayResults& results) {
  thread_local const auto scratch = std::make_unique<ForwardScratch>();
  DepthSpan span;
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t ray = march.order ? march.order[i] : i;
    const DepthSpan one = march_one(field, march, ray, results, *scratch);
    span.least = std::min(span.least, one.least);
    span.largest = std::max(span.largest, one.largest);
  }
  return span;
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
