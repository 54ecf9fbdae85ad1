// SPDX-License-Identifier: Apache-2.0
// Where points fall on the planes, for many points at once; included once per instruction set.
#if defined(PORTRAIT_PLANE_TAPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_PLANE_TAPS_INL_H
#undef PORTRAIT_PLANE_TAPS_INL_H
#else
#define PORTRAIT_PLANE_TAPS_INL_H
#endif

#include "core/field/kernels/ray_kernels.h"
#include "core/field/kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// Points, coordinate by coordinate; with room for whole vectors behind the last one.
constexpr int kPointRoom = kMaxSamples + 16;
struct Points {
  HWY_ALIGN float at[3][kPointRoom];
};

// origin + t * direction, t [count].
HWY_INLINE void place_points(const float* origin, const float* direction, const float* t, int count,
                             Points& points) {
  for (int axis = 0; axis < 3; ++axis) {
    const Vector start = all(origin[axis]);
    const Vector slope = all(direction[axis]);
    for (int i = 0; i < count; i += int(kLanes)) {
      store(hn::MulAdd(slope, load(t + i), start), points.at[axis] + i);
    }
  }
}

// From xyz xyz ... [count].
HWY_INLINE void split_points(const float* from, int count, Points& points) {
  for (int i = 0; i < count; ++i) {
    for (int axis = 0; axis < 3; ++axis) points.at[axis][i] = from[3 * i + axis];
  }
}

// The look-ups of up to kMaxSamples points on one plane: 2 x 2 texels from `offset` (in floats,
// inside the plane) on, of one slice or two. A texel outside the plane weighs nothing.
struct Taps {
  HWY_ALIGN std::int32_t offset[kPointRoom];
  HWY_ALIGN float weight[4][kPointRoom];  // (row, column) 00 01 10 11, with 1/3 for the mean
  HWY_ALIGN float second[kPointRoom];     // share of the slice behind; with depth slices only
};

HWY_INLINE void find_taps(const PlaneLayout& layout, int plane, const Points& points, int count,
                          Taps& taps) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  const PlaneAxes axes = layout.frame.planes[std::size_t(plane)];
  const float scale = float(0.5 / layout.frame.half_extent);
  const Vector zero = hn::Zero(d);
  const Vector one = all(1.0F);
  // Texel coordinate along an axis: ((p / half + 1) * size - 1) / 2.
  struct Line {
    const float* from;
    Vector start, slope;
    HWY_INLINE Vector at(int i) const { return hn::MulAdd(slope, load(from + i), start); }
  };
  const auto line = [&](int axis, int size) HWY_ATTR {
    return Line{points.at[axis], all(0.5F * float(size) - 0.5F), all(scale * float(size))};
  };
  const Line along = line(axes.width_axis, layout.width);
  const Line down = line(axes.height_axis, layout.height);
  const Line through = line(axes.normal_axis(), layout.depth);
  const Vector last_column = all(float(layout.width - 2));
  const Vector last_row = all(float(layout.height - 2));
  const Vector last_slice = all(float(layout.depth > 1 ? layout.depth - 2 : 0));
  const auto column_floats = hn::Set(di, kFieldChannels);
  const auto row_floats = hn::Set(di, layout.width * kFieldChannels);
  const auto slice_floats = hn::Set(di, layout.height * layout.width * kFieldChannels);
  const Vector third = all(1.0F / 3);
  // What lies behind the last point is computed and unused.
  for (int i = 0; i < count; i += int(kLanes)) {
    const Vector x = hn::Min(hn::Max(along.at(i), all(-2.0F)), all(float(layout.width + 1)));
    const Vector y = hn::Min(hn::Max(down.at(i), all(-2.0F)), all(float(layout.height + 1)));
    const Vector x0 = hn::Min(hn::Max(hn::Floor(x), zero), last_column);
    const Vector y0 = hn::Min(hn::Max(hn::Floor(y), zero), last_row);
    const auto hat = [&](Vector distance)
                         HWY_ATTR { return hn::Max(hn::Sub(one, hn::Abs(distance)), zero); };
    const Vector dx = hn::Sub(x, x0);
    const Vector dy = hn::Sub(y, y0);
    const Vector left = hat(dx);
    const Vector right = hat(hn::Sub(dx, one));
    const Vector upper = hn::Mul(hat(dy), third);
    const Vector lower = hn::Mul(hat(hn::Sub(dy, one)), third);
    hn::Store(hn::Mul(upper, left), d, taps.weight[0] + i);
    hn::Store(hn::Mul(upper, right), d, taps.weight[1] + i);
    hn::Store(hn::Mul(lower, left), d, taps.weight[2] + i);
    hn::Store(hn::Mul(lower, right), d, taps.weight[3] + i);
    auto offset = hn::Add(hn::Mul(hn::ConvertTo(di, x0), column_floats),
                          hn::Mul(hn::ConvertTo(di, y0), row_floats));
    if (layout.depth > 1) {
      const Vector z = hn::Min(hn::Max(through.at(i), zero), all(float(layout.depth - 1)));
      const Vector z0 = hn::Min(hn::Floor(z), last_slice);
      hn::Store(hn::Sub(z, z0), d, taps.second + i);
      offset = hn::Add(offset, hn::Mul(hn::ConvertTo(di, z0), slice_floats));
    }
    hn::Store(offset, di, taps.offset + i);
  }
}

constexpr int kChannelVectors = kFieldChannels / int(kLanes);

// Adds scale * (2 x 2 texels) to the sums.
HWY_INLINE void add_texels(const float* from, std::size_t row, const Taps& taps, int i, float scale,
                           Vector (&sum)[kChannelVectors]) {
  const float* corners[4] = {from, from + kFieldChannels, from + row, from + row + kFieldChannels};
  for (int k = 0; k < 4; ++k) {
    const Vector weight = all(taps.weight[k][i] * scale);
    for (int j = 0; j < kChannelVectors; ++j) {
      sum[j] = hn::MulAdd(weight, load(corners[k] + j * kLanes), sum[j]);
    }
  }
}

// features [count][32]: mean of the three planes' look-ups at the taps [3].
HWY_INLINE void gather(const PlaneLayout& layout, const float* planes, const Taps* taps, int count,
                       float* features) {
  const std::size_t row = std::size_t(layout.width) * kFieldChannels;
  const std::size_t slice = row * layout.height;
  for (int i = 0; i < count; ++i) {
    Vector sum[kChannelVectors];
    for (int j = 0; j < kChannelVectors; ++j) sum[j] = hn::Zero(Floats());
    for (int p = 0; p < 3; ++p) {
      const float* from = planes + p * layout.plane_floats() + taps[p].offset[i];
      if (layout.depth == 1) {
        add_texels(from, row, taps[p], i, 1, sum);
        continue;
      }
      const float second = taps[p].second[i];
      if (second < 1) add_texels(from, row, taps[p], i, 1 - second, sum);
      if (second > 0) add_texels(from + slice, row, taps[p], i, second, sum);
    }
    for (int j = 0; j < kChannelVectors; ++j)
      store(sum[j], features + i * kFieldChannels + j * kLanes);
  }
}

// The transpose of gather() for one plane and the 16 channels from `channel` on: features
// [kGradients][features_stride] to plane[kGradients].
template <int kGradients>
HWY_INLINE void scatter(const PlaneLayout& layout, const Taps& taps, int count, int channel,
                        const float* features, std::size_t features_stride, float* const* planes) {
  constexpr int kVectors = kPlaneLane / int(kLanes);
  const std::size_t row = std::size_t(layout.width) * kFieldChannels;
  const std::size_t slice = row * layout.height;
  for (int i = 0; i < count; ++i) {
    Vector gradient[kGradients][kVectors];
    for (int g = 0; g < kGradients; ++g) {
      for (int j = 0; j < kVectors; ++j) {
        gradient[g][j] =
            load(features + g * features_stride + i * kFieldChannels + channel + j * kLanes);
      }
    }
    const auto add = [&](std::size_t to, float scale) HWY_ATTR {
      const std::size_t corners[4] = {to, to + kFieldChannels, to + row, to + row + kFieldChannels};
      for (int k = 0; k < 4; ++k) {
        const Vector weight = all(taps.weight[k][i] * scale);
        for (int g = 0; g < kGradients; ++g) {
          for (int j = 0; j < kVectors; ++j) {
            float* at = planes[g] + corners[k] + channel + j * kLanes;
            store(hn::MulAdd(weight, gradient[g][j], load(at)), at);
          }
        }
      }
    };
    const std::size_t to = std::size_t(taps.offset[i]);
    const float second = layout.depth > 1 ? taps.second[i] : 0;
    if (second < 1) add(to, 1 - second);
    if (second > 0) add(to + slice, second);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
