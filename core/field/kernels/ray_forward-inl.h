// SPDX-License-Identifier: Apache-2.0
// march_rays(); included once per instruction set.
#if defined(PORTRAIT_RAY_FORWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_RAY_FORWARD_INL_H
#undef PORTRAIT_RAY_FORWARD_INL_H
#else
#define PORTRAIT_RAY_FORWARD_INL_H
#endif

#include "core/field/kernels/ray_kernels_body-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// Stands for s where nothing is evaluated: its density is 2e-5.
constexpr float kEmptyRaw = -10;

// One thread's work space for one ray. Arrays are a vector longer than a ray can be, since vectors
// are read past the last sample.
struct ForwardScratch {
  static constexpr int kRoom = kMaxSamples + 16;
  Rows rows;
  Intervals intervals;
  HWY_ALIGN float pass_t[kRoom];  // depths of the coarse pass, then of the fine one
  HWY_ALIGN float coarse_t[kRoom];
  HWY_ALIGN float fine_t[kRoom];
  HWY_ALIGN float t[kRoom];
  HWY_ALIGN float raw[kRoom];
  HWY_ALIGN float importance[2 * kRoom];
  HWY_ALIGN float colours[kMaxSamples * kFieldChannels];
  int coarse_row[kMaxSamples];  // row of each sample; -1: not evaluated
  int fine_row[kMaxSamples];
  int row[kMaxSamples];
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

// Evaluates the samples of a pass that may hold matter; row numbers go to `row`. Returns the next
// free row.
HWY_INLINE int evaluate_pass(const FieldView& field, const RayMarch& march, const float* origin,
                             const float* direction, const float* t, int count, int first, int* row,
                             ForwardScratch& scratch) {
  int taken = 0;
  if (march.cells.cells == 0) {
    for (int i = 0; i < count; ++i) row[i] = first + i;
    std::memcpy(scratch.pass_t, t, std::size_t(count) * sizeof(float));
    taken = count;
  } else {
    const CellView& grid = march.cells;
    const float scale = float(grid.cells) / (2 * grid.half_extent);
    for (int i = 0; i < count; ++i) {
      bool inside = true;
      int cell[3];
      for (int axis = 0; axis < 3; ++axis) {
        const float place = (origin[axis] + t[i] * direction[axis] + grid.half_extent) * scale;
        inside = inside && place >= 0 && place <= float(grid.cells);
        cell[axis] = inside ? std::min(int(place), grid.cells - 1) : 0;
      }
      row[i] = -1;
      const std::size_t at = (std::size_t(cell[2]) * grid.cells + cell[1]) * grid.cells + cell[0];
      if (!inside || !grid.occupied[at]) continue;
      scratch.pass_t[taken] = t[i];
      row[i] = first + taken++;
    }
  }
  evaluate_rows(field, origin, direction, scratch.pass_t, taken, first, scratch.rows);
  return first + taken;
}

// Depths in order, with s and the rows of the hidden layer.
HWY_INLINE void merge_passes(const RayMarch& march, ForwardScratch& s) {
  const auto raw_of = [&](int row) { return row < 0 ? kEmptyRaw : s.rows.raw[row]; };
  int c = 0;
  int f = 0;
  for (int k = 0; k < march.samples(); ++k) {
    const bool coarse = f >= march.fine || (c < march.coarse && s.coarse_t[c] <= s.fine_t[f]);
    s.t[k] = coarse ? s.coarse_t[c] : s.fine_t[f];
    s.row[k] = coarse ? s.coarse_row[c++] : s.fine_row[f++];
    s.raw[k] = raw_of(s.row[k]);
  }
}

// Adds weight * colour of the samples that weigh enough to features [32].
HWY_INLINE void composite_colours(const FieldView& field, const RayMarch& march, int n,
                                  ForwardScratch& s, float* features) {
  const DecoderWeights& w = *field.weights;
  HWY_ALIGN float share[kMaxSamples];
  int chosen = 0;
  // The hidden rows that count move together; a row never moves past one still to be read when
  // they are visited in the order of rows.
  int sample_of_row[kMaxSamples];
  int rows = 0;
  for (int k = 0; k < n; ++k) {
    if (s.row[k] < 0) continue;
    sample_of_row[s.row[k]] = k;
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
  product<kFieldChannels>(s.rows.hidden, chosen, kHiddenUnits, w.w_colour.data(), w.b_colour.data(),
                          s.colours, Unchanged());
  const Vector range = all(w.colour_high - w.colour_low);
  const Vector low = all(w.colour_low);
  for (int j = 0; j < kChannelVectors; ++j) {
    Vector sum = hn::Zero(Floats());
    for (int i = 0; i < chosen; ++i) {
      const Vector x = load(s.colours + std::size_t(i) * kFieldChannels + j * kLanes);
      const Vector colour = hn::Add(hn::Div(range, hn::Add(exp_of(hn::Neg(x)), all(1.0F))), low);
      sum = hn::MulAdd(all(share[i]), colour, sum);
    }
    store(sum, features + j * kLanes);
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

inline DepthSpan march_one(const FieldView& field, const RayMarch& march, std::int64_t ray,
                           const RayResults& results, ForwardScratch& s) {
  const int n = march.samples();
  const float* origin = march.origins + 3 * ray;
  const float* direction = march.directions + 3 * ray;
  float opacity = 0;
  if (!march.depths && !(march.far[ray] > march.near[ray])) {
    return leave_empty(march, ray, results);
  }
  if (march.depths) {
    std::memcpy(s.t, march.depths + ray * n, std::size_t(n) * sizeof(float));
    evaluate_pass(field, march, origin, direction, s.t, n, 0, s.row, s);
    for (int k = 0; k < n; ++k) s.raw[k] = s.row[k] < 0 ? kEmptyRaw : s.rows.raw[s.row[k]];
    opacity = weigh_intervals(s.t, s.raw, n, s.intervals);
  } else {
    coarse_row_depths(march, ray, s.coarse_t);
    const int next = evaluate_pass(field, march, origin, direction, s.coarse_t, march.coarse, 0,
                                   s.coarse_row, s);
    if (march.fine > 0) {
      for (int i = 0; i < march.coarse; ++i) {
        s.raw[i] = s.coarse_row[i] < 0 ? kEmptyRaw : s.rows.raw[s.coarse_row[i]];
      }
      weigh_intervals(s.coarse_t, s.raw, march.coarse, s.intervals);
      importance_row(march.coarse, s.coarse_t, s.intervals.weights, march.fine,
                     march.fine_quantiles + ray * march.fine_stride, s.fine_t, s.importance);
      evaluate_pass(field, march, origin, direction, s.fine_t, march.fine, next, s.fine_row, s);
    }
    merge_passes(march, s);
    opacity = weigh_intervals(s.t, s.raw, n, s.intervals);
  }
  composite_colours(field, march, n, s, results.features + ray * kFieldChannels);
  const float moment = depth_moment(s.t, s.intervals.weights, n);
  results.opacity[ray] = opacity;
  results.depth[ray] = opacity > 0 ? moment / opacity : std::numeric_limits<float>::infinity();
  const auto keep = [&](float* to, const float* from, int count) {
    if (to) std::memcpy(to + ray * count, from, std::size_t(count) * sizeof(float));
  };
  keep(results.depths, s.t, n);
  keep(results.raw, s.raw, n);
  keep(results.weights, s.intervals.weights, n - 1);
  return {s.t[0], s.t[n - 1]};
}

inline DepthSpan march_some(const FieldView& field, const RayMarch& march, std::int64_t begin,
                            std::int64_t end, const RayResults& results) {
  thread_local const auto scratch = std::make_unique<ForwardScratch>();
  DepthSpan span;
  for (std::int64_t ray = begin; ray < end; ++ray) {
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
