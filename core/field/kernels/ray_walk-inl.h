// SPDX-License-Identifier: Apache-2.0
// Which samples of a ray are evaluated; included once per instruction set.
#if defined(PORTRAIT_RAY_WALK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_RAY_WALK_INL_H
#undef PORTRAIT_RAY_WALK_INL_H
#else
#define PORTRAIT_RAY_WALK_INL_H
#endif

#include "core/field/kernels/ray_kernels_body-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

// Samples evaluated between two looks at what is left of the ray's light.
constexpr int kWalkBlock = 6;

constexpr int kPending = -1;  // not evaluated, nor found to be empty
constexpr int kSkipped = -2;  // in a cell without matter

// Samples of a ray, ascending in depth: row of the evaluated ones, kPending or kSkipped. Arrays
// are longer than a ray can be, since vectors are read past the last sample.
struct Walk {
  HWY_ALIGN float t[kPointRoom];
  HWY_ALIGN float raw[kPointRoom];
  HWY_ALIGN int row[kPointRoom];
  Points points;
  HWY_ALIGN std::int32_t cell[kPointRoom];  // -1: outside of the box
};

struct RayStart {
  const float* origin;
  const float* direction;
  bool may_skip;
};

HWY_INLINE void find_cells(const CellView& grid, const Points& points, int count,
                           std::int32_t* cells) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  const Vector scale = all(float(grid.cells) / (2 * grid.half_extent));
  const Vector middle = all(0.5F * float(grid.cells));
  const Vector end = all(float(grid.cells));
  const Vector last = all(float(grid.cells - 1));
  const auto side = hn::Set(di, grid.cells);
  for (int i = 0; i < count; i += int(kLanes)) {
    auto inside = hn::Eq(middle, middle);
    auto number = hn::Zero(di);
    for (int axis = 2; axis >= 0; --axis) {
      const Vector place = hn::MulAdd(load(points.at[axis] + i), scale, middle);
      inside = hn::And(inside, hn::And(hn::Ge(place, hn::Zero(d)), hn::Le(place, end)));
      const Vector held = hn::Min(hn::Max(place, hn::Zero(d)), last);
      number = hn::Add(hn::Mul(number, side), hn::ConvertTo(di, held));
    }
    hn::Store(hn::IfThenElse(hn::RebindMask(di, inside), number, hn::Set(di, -1)), di, cells + i);
  }
}

// Evaluates the pending samples of a ray front to back, into rows `rows`, ..., leaving out those
// in cells without matter, until its light is used up. raw becomes that of every sample, kEmptyRaw
// where not evaluated. Returns the next free row.
HWY_INLINE int walk_pending(const FieldView& field, const RayMarch& march, const RayStart& start,
                            int n, int rows, Walk& walk, Rows& out) {
  const bool skip = start.may_skip && march.cells.cells > 0;
  const bool stop = march.least_transmittance > 0;
  const int block = stop ? kWalkBlock : kMaxSamples;
  const float limit = stop ? -std::log(march.least_transmittance) : 0;
  place_points(start.origin, start.direction, walk.t, n, walk.points);
  if (skip) find_cells(march.cells, walk.points, n, walk.cell);
  int chosen[kMaxSamples];
  float optical = 0;
  int k = 0;
  int weighed = 0;  // intervals whose optical depth is counted
  while (k < n && !(stop && optical >= limit)) {
    int taken = 0;
    for (; k < n && taken < block; ++k) {
      if (walk.row[k] != kPending) continue;
      if (skip && (walk.cell[k] < 0 || !march.cells.occupied[walk.cell[k]])) {
        walk.row[k] = kSkipped;
        walk.raw[k] = kEmptyRaw;
        continue;
      }
      for (int axis = 0; axis < 3; ++axis) out.points.at[axis][taken] = walk.points.at[axis][k];
      chosen[taken++] = k;
    }
    evaluate_rows(field, taken, rows, out);
    for (int i = 0; i < taken; ++i, ++rows) {
      walk.row[chosen[i]] = rows;
      walk.raw[chosen[i]] = out.raw[rows];
    }
    if (stop && k > weighed + 1) {
      optical += optical_depth(walk.t, walk.raw, weighed, k - 1);
      weighed = k - 1;
    }
  }
  for (; k < n; ++k) {
    if (walk.row[k] == kPending) walk.raw[k] = kEmptyRaw;
  }
  return rows;
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
