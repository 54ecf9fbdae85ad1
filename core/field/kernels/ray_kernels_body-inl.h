// SPDX-License-Identifier: Apache-2.0
// What forward and backward share; included once per instruction set.
#if defined(PORTRAIT_RAY_KERNELS_BODY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_RAY_KERNELS_BODY_INL_H
#undef PORTRAIT_RAY_KERNELS_BODY_INL_H
#else
#define PORTRAIT_RAY_KERNELS_BODY_INL_H
#endif

#include "core/field/kernels/compositing.h"
#include "core/field/kernels/plane_taps-inl.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// One row per evaluated sample.
struct Rows {
  Points points;  // of the samples that are evaluated together
  Taps taps[3];
  HWY_ALIGN float features[kMaxSamples * kFieldChannels];
  HWY_ALIGN float hidden[kMaxSamples * kHiddenUnits];
  HWY_ALIGN float raw[kMaxSamples];
};

// Look-up and hidden layer of rows.points [count], into rows first, first + 1, ...
HWY_INLINE void evaluate_hidden(const FieldView& field, int count, int first, Rows& rows) {
  if (count == 0) return;
  for (int p = 0; p < 3; ++p) find_taps(field.layout, p, rows.points, count, rows.taps[p]);
  float* features = rows.features + std::size_t(first) * kFieldChannels;
  gather(field.layout, field.planes, rows.taps, count, features);
  product<kHiddenUnits>(features, count, kFieldChannels, field.decoder.w0, field.decoder.b0,
                        rows.hidden + std::size_t(first) * kHiddenUnits, Softplus());
}

// And s. Never kEmptyRaw, which stands for what was not evaluated.
HWY_INLINE void evaluate_rows(const FieldView& field, int count, int first, Rows& rows) {
  evaluate_hidden(field, count, first, rows);
  const DecoderView& w = field.decoder;
  dots<kHiddenUnits>(rows.hidden + std::size_t(first) * kHiddenUnits, count, w.w_density,
                     *w.b_density, rows.raw + first);
  for (int i = first; i < first + count; ++i) {
    if (rows.raw[i] == kEmptyRaw) rows.raw[i] = std::nextafter(kEmptyRaw, 0.0F);
  }
}

// Intervals of a ray with ascending depths t [n] and s [n]: n - 1 of each.
struct Intervals {
  HWY_ALIGN float density[kMaxSamples];
  HWY_ALIGN float length[kMaxSamples];
  HWY_ALIGN float kept[kMaxSamples];
  HWY_ALIGN float weights[kMaxSamples];
};

// Returns the opacity.
HWY_INLINE float weigh_intervals(const float* t, const float* raw, int n, Intervals& out) {
  for (int k = 0; k < n - 1; k += int(kLanes)) {
    const Vector middle = hn::Mul(hn::Add(load(raw + k), load(raw + k + 1)), all(0.5F));
    const Vector density = softplus_of(hn::Sub(middle, all(1.0F)));
    const Vector length = hn::Sub(load(t + k + 1), load(t + k));
    hn::Store(density, Floats(), out.density + k);
    hn::Store(length, Floats(), out.length + k);
    hn::Store(exp_below(hn::Neg(hn::Mul(density, length))), Floats(), out.kept + k);
  }
  return composite_weights(n - 1, out.kept, out.weights);
}

// Optical depth of the intervals first .. last - 1.
HWY_INLINE float optical_depth(const float* t, const float* raw, int first, int last) {
  Vector sum = hn::Zero(Floats());
  for (int k = first; k < last; k += int(kLanes)) {
    const Vector middle = hn::Mul(hn::Add(load(raw + k), load(raw + k + 1)), all(0.5F));
    const Vector density = softplus_of(hn::Sub(middle, all(1.0F)));
    const Vector depth = hn::Mul(density, hn::Sub(load(t + k + 1), load(t + k)));
    const auto inside = hn::FirstN(Floats(), std::size_t(last - k));
    sum = hn::Add(sum, hn::IfThenElseZero(inside, depth));
  }
  return hn::GetLane(hn::SumOfLanes(Floats(), sum));
}

// Sum over the intervals of weight * middle depth: depth is this over the opacity.
HWY_INLINE float depth_moment(const float* t, const float* weights, int n) {
  float moment = 0;
  for (int k = 0; k < n - 1; ++k) moment += weights[k] * 0.5F * (t[k] + t[k + 1]);
  return moment;
}

// What sample k of n contributes when values are averaged at the two ends of an interval.
HWY_INLINE float sample_weight(const float* weights, int k, int n) {
  return 0.5F * ((k > 0 ? weights[k - 1] : 0) + (k < n - 1 ? weights[k] : 0));
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
