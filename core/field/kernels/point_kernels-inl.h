// SPDX-License-Identifier: Apache-2.0
// Points anywhere; included once per instruction set.
#if defined(PORTRAIT_POINT_KERNELS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_POINT_KERNELS_INL_H
#undef PORTRAIT_POINT_KERNELS_INL_H
#else
#define PORTRAIT_POINT_KERNELS_INL_H
#endif

#include "core/field/kernels/point_kernels.h"
#include "core/field/kernels/ray_kernels_body-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// Calls part(first, length) for pieces of the points that fit the work space.
template <class Part>
HWY_INLINE void in_parts(std::int64_t count, const Part& part) {
  for (std::int64_t first = 0; first < count; first += kMaxSamples) {
    part(first, int(std::min<std::int64_t>(kMaxSamples, count - first)));
  }
}

inline Rows& point_rows() {
  thread_local const auto rows = std::make_unique<Rows>();
  return *rows;
}

inline void look_up_some(const PlaneLayout& layout, const float* planes, const float* points,
                         std::int64_t count, float* features) {
  Rows& rows = point_rows();
  in_parts(count, [&](std::int64_t first, int length) HWY_ATTR {
    split_points(points + 3 * first, length, rows.points);
    for (int p = 0; p < 3; ++p) find_taps(layout, p, rows.points, length, rows.taps[p]);
    gather(layout, planes, rows.taps, length, features + first * kFieldChannels);
  });
}

inline void scatter_points_some(const PlaneLayout& layout, int plane, int channel,
                                const float* points, const float* grad_features,
                                std::int64_t count, float* grad_plane) {
  Rows& rows = point_rows();
  in_parts(count, [&](std::int64_t first, int length) HWY_ATTR {
    split_points(points + 3 * first, length, rows.points);
    find_taps(layout, plane, rows.points, length, rows.taps[0]);
    scatter<1>(layout, rows.taps[0], length, channel, grad_features + first * kFieldChannels, 0,
               &grad_plane);
  });
}

inline void evaluate_points_some(const FieldView& field, const float* points, std::int64_t count,
                                 float* raw, float* colours) {
  const DecoderView& w = field.decoder;
  const Vector range = all(w.colour_high - w.colour_low);
  const Vector low = all(w.colour_low);
  Rows& rows = point_rows();
  in_parts(count, [&](std::int64_t first, int length) HWY_ATTR {
    split_points(points + 3 * first, length, rows.points);
    evaluate_rows(field, length, 0, rows);
    std::memcpy(raw + first, rows.raw, std::size_t(length) * sizeof(float));
    if (!colours) return;
    float* to = colours + first * kFieldChannels;
    product<kFieldChannels>(rows.hidden, length, kHiddenUnits, w.w_colour, w.b_colour, to,
                            Unchanged());
    for (int i = 0; i < length * kFieldChannels; i += int(kLanes)) {
      const Vector e = exp_of(hn::Neg(load(to + i)));
      store(hn::Add(hn::Div(range, hn::Add(e, all(1.0F))), low), to + i);
    }
  });
}

// to[i] = body(from[i]), whatever the count.
template <class Body>
HWY_INLINE void map_floats(const float* from, std::int64_t count, float* to, const Body& body) {
  std::int64_t i = 0;
  for (; i + std::int64_t(kLanes) <= count; i += std::int64_t(kLanes)) {
    store(body(load(from + i)), to + i);
  }
  if (i == count) return;
  HWY_ALIGN float rest[kLanes] = {};
  std::copy_n(from + i, count - i, rest);
  store(body(load(rest)), rest);
  std::copy_n(rest, count - i, to + i);
}

inline void densities_some(const float* raw, std::int64_t count, float* density) {
  map_floats(raw, count, density,
             [](Vector s) HWY_ATTR { return softplus_of(hn::Sub(s, all(1.0F))); });
}

inline void alphas_some(const float* raw, std::int64_t count, float length, float* alpha) {
  const Vector minus_length = all(-length);
  map_floats(raw, count, alpha, [=](Vector s) HWY_ATTR {
    const Vector density = softplus_of(hn::Sub(s, all(1.0F)));
    return hn::Sub(all(1.0F), exp_below(hn::Mul(density, minus_length)));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
