// SPDX-License-Identifier: Apache-2.0
// lift_rows() on vectors of doubles; included once per instruction set. Operation by operation the
// arithmetic of splat_point.h.
#if defined(PORTRAIT_LIFT_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_LIFT_ROWS_INL_H
#undef PORTRAIT_LIFT_ROWS_INL_H
#else
#define PORTRAIT_LIFT_ROWS_INL_H
#endif

#include "core/reprojection/kernels/splat_kernels.h"
#include "core/reprojection/kernels/splat_point.h"

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, 8>;
using HalfFloats = hn::Rebind<float, Doubles>;
using HalfInts = hn::Rebind<std::int32_t, Doubles>;
using Wide = hn::Vec<Doubles>;
using WideMask = hn::Mask<Doubles>;
constexpr int kWideLanes = int(hn::MaxLanes(Doubles()));

HWY_INLINE Wide wide(double value) {
  return hn::Set(Doubles(), value);
}
HWY_INLINE Wide wide_from(const double* from) {
  return hn::LoadU(Doubles(), from);
}
HWY_INLINE Wide widened(const float* from) {
  return hn::PromoteTo(Doubles(), hn::LoadU(HalfFloats(), from));
}
// a * b + c * d: two roundings of products and one of the sum, as splat_point.h has it.
HWY_INLINE Wide products(Wide a, Wide b, Wide c, Wide d) {
  return hn::Add(hn::Mul(a, b), hn::Mul(c, d));
}

// One call's lifting of some rows: three rows of axis depths go along with the row at work.
class RowLifter {
 public:
  // `space`: (W + 2) * 4 zeros. It is the caller's because what is allocated here would be
  // compiled for this instruction set, yet may be linked into code for others.
  RowLifter(const SplatGeometry& geometry, const LiftedMaps& maps, SplatKey* keys, double* space)
      : g_(geometry), maps_(maps), keys_(keys), slopes_(space) {
    const int row = g_.source_width + 2;
    for (int i = 0; i < 3; ++i) rows_[i] = space + (i + 1) * row;
    for (int x = 0; x < g_.source_width; ++x) slopes_[x] = slope_x(g_, x);
  }

  void lift(int begin, int end) {
    fill(begin - 1, rows_[1]);
    fill(begin, rows_[2]);
    for (int y = begin; y < end; ++y) {
      double* const oldest = rows_[0];
      rows_[0] = rows_[1];
      rows_[1] = rows_[2];
      rows_[2] = oldest;
      fill(y + 1, rows_[2]);
      lift_row(y);
    }
  }

 private:
  // Axis depths of row y, from row[1] on; zero outside the image. row[0] and row[W + 1] stay zero.
  void fill(int y, double* row) const {
    if (y < 0 || y >= g_.source_height) {
      for (int x = 1; x <= g_.source_width; ++x) row[x] = 0;
      return;
    }
    const double ay = slope_y(g_, y);
    const Wide ay_squared = wide(ay * ay);
    const std::size_t first = std::size_t(y) * std::size_t(g_.source_width);
    int x = 0;
    for (; x + kWideLanes <= g_.source_width; x += kWideLanes) {
      const std::size_t at = first + std::size_t(x);
      const Wide depth = widened(maps_.depth + at);
      WideMask lifted = hn::And(hn::Gt(depth, wide(0)), hn::Le(depth, wide(kFarthestDepth)));
      if (maps_.opacity) {
        lifted = hn::And(lifted, hn::Ge(widened(maps_.opacity + at), wide(g_.min_opacity)));
      }
      if (maps_.segmentation) {
        lifted = hn::And(lifted, hn::Ge(widened(maps_.segmentation + at), wide(0.5)));
      }
      Wide z = hn::Zero(Doubles());
      if (!hn::AllFalse(Doubles(), lifted)) {
        const Wide ax = wide_from(slopes_ + x);
        const Wide length = hn::Sqrt(hn::Add(hn::Add(hn::Mul(ax, ax), ay_squared), wide(1)));
        z = hn::IfThenElseZero(lifted, hn::Div(depth, length));
      }
      hn::StoreU(z, Doubles(), row + 1 + x);
    }
    for (; x < g_.source_width; ++x) {
      row[x + 1] = axis_depth(g_, maps_, x, y, slopes_[x], ay);
    }
  }

  HWY_INLINE WideMask steps_to(Wide here, Wide there, double focal_px) const {
    const Wide change = hn::Mul(hn::Abs(hn::Sub(here, there)), wide(focal_px));
    const Wide allowed = hn::Mul(wide(g_.max_step_px), hn::Min(here, there));
    return hn::And(hn::Gt(there, wide(0)), hn::Gt(change, allowed));
  }

  HWY_INLINE Wide slope_of(Wide before, Wide here, Wide after) const {
    const WideMask has_before = hn::Gt(before, wide(0));
    const WideMask has_after = hn::Gt(after, wide(0));
    const Wide change =
        hn::Sub(hn::IfThenElse(has_after, after, here), hn::IfThenElse(has_before, before, here));
    return hn::Mul(change, hn::IfThenElse(hn::And(has_before, has_after), wide(0.5), wide(1)));
  }

  HWY_INLINE WideMask faces_depth(Wide here, Wide slope_along_x, Wide slope_along_y, Wide ax,
                                  double ay, Wide ray) const {
    const Wide gx = hn::Mul(slope_along_x, wide(g_.focal_x_px));
    const Wide gy = hn::Mul(slope_along_y, wide(g_.focal_y_px));
    const Wide nz = hn::Add(hn::Add(here, hn::Mul(gx, ax)), hn::Mul(gy, wide(ay)));
    const Wide lengths = hn::Mul(hn::Add(products(gx, gx, gy, gy), hn::Mul(nz, nz)), ray);
    const double* c = g_.target_in_source;
    const Wide behind = hn::Sub(hn::Mul(nz, wide(c[2])), products(gx, wide(c[0]), gy, wide(c[1])));
    const Wide square = hn::Mul(here, here);
    return hn::And(hn::Ge(square, hn::Mul(wide(g_.min_cos_squared), lengths)),
                   hn::Ge(square, behind));
  }

  HWY_INLINE WideMask faces_normal(Wide here, const float* normal, Wide ax, double ay,
                                   Wide ray) const {
    const std::size_t plane = std::size_t(g_.source_width) * std::size_t(g_.source_height);
    const double* r = g_.world_from_source;
    const Wide nx = widened(normal);
    const Wide ny = widened(normal + plane);
    const Wide nz = widened(normal + 2 * plane);
    const auto direction = [&](int row) {
      return hn::Add(products(wide(r[row]), ax, wide(r[row + 1]), wide(ay)), wide(r[row + 2]));
    };
    const Wide along =
        hn::Add(products(nx, direction(0), ny, direction(3)), hn::Mul(nz, direction(6)));
    const Wide lengths = hn::Mul(hn::Add(products(nx, nx, ny, ny), hn::Mul(nz, nz)), ray);
    const double* b = g_.target_from_source;
    const Wide towards_target =
        hn::Add(products(nx, wide(b[0]), ny, wide(b[1])), hn::Mul(nz, wide(b[2])));
    return hn::And(hn::And(hn::Le(along, wide(0)), hn::Ge(towards_target, hn::Mul(here, along))),
                   hn::Ge(hn::Mul(along, along), hn::Mul(wide(g_.min_cos_squared), lengths)));
  }

  void lift_row(int y) {
    const double ay = slope_y(g_, y);
    const int first = y * g_.source_width;
    int x = 0;
    for (; x + kWideLanes <= g_.source_width; x += kWideLanes) lift_lanes(x, first, ay);
    for (; x < g_.source_width; ++x) {
      const double* at = rows_[1] + 1 + x;
      const DepthCross z{at[0], at[-1], at[1], rows_[0][x + 1], rows_[2][x + 1]};
      const double ax = slopes_[x];
      if (!keeps_point(g_, maps_, z, x, y, ax, ay)) continue;
      const Landing landing = land(g_, z.here, ax, ay);
      if (landing.pixel >= 0) compete(landing.pixel, landing.depth, first + x);
    }
  }

  HWY_INLINE void lift_lanes(int x, int first, double ay) {
    const Doubles d;
    const Wide here = wide_from(rows_[1] + 1 + x);
    WideMask kept = hn::Gt(here, wide(0));
    if (hn::AllFalse(d, kept)) return;
    const Wide left = wide_from(rows_[1] + x);
    const Wide right = wide_from(rows_[1] + 2 + x);
    const Wide up = wide_from(rows_[0] + 1 + x);
    const Wide down = wide_from(rows_[2] + 1 + x);
    const WideMask broken =
        hn::Or(hn::Or(steps_to(here, left, g_.focal_x_px), steps_to(here, right, g_.focal_x_px)),
               hn::Or(steps_to(here, up, g_.focal_y_px), steps_to(here, down, g_.focal_y_px)));
    const Wide ax = wide_from(slopes_ + x);
    const Wide ray = hn::Add(hn::Add(hn::Mul(ax, ax), wide(ay * ay)), wide(1));
    const WideMask faces = maps_.normals ? faces_normal(here, maps_.normals + first + x, ax, ay, ray)
                                         : faces_depth(here, slope_of(left, here, right),
                                                       slope_of(up, here, down), ax, ay, ray);
    kept = hn::And(hn::AndNot(broken, kept), faces);
    if (hn::AllFalse(d, kept)) return;

    const double* t = g_.turn;
    const auto moved = [&](int row) {
      const Wide turned =
          hn::Add(hn::Mul(wide(t[3 * row]), ax), wide(t[3 * row + 1] * ay + t[3 * row + 2]));
      return hn::Add(hn::Mul(here, turned), wide(g_.offset[row]));
    };
    const Wide px = moved(0);
    const Wide py = moved(1);
    const Wide pz = moved(2);
    const Wide inverse = hn::Div(wide(1), pz);
    const Wide u = hn::Add(hn::Mul(hn::Mul(px, inverse), wide(g_.target_focal_x_px)),
                           wide(g_.target_centre_x_px + kBorderShift));
    const Wide v = hn::Add(hn::Mul(hn::Mul(py, inverse), wide(g_.target_focal_y_px)),
                           wide(g_.target_centre_y_px + kBorderShift));
    kept = hn::And(
        kept, hn::And(hn::Gt(pz, wide(0)), hn::And(hn::And(hn::Ge(u, wide(0)), hn::Ge(v, wide(0))),
                                                   hn::And(hn::Lt(u, wide(g_.target_width)),
                                                           hn::Lt(v, wide(g_.target_height))))));
    const Wide pixel = hn::Add(hn::Mul(hn::Floor(v), wide(g_.target_width)), hn::Floor(u));
    HWY_ALIGN std::int32_t pixels[kWideLanes];
    HWY_ALIGN float depths[kWideLanes];
    hn::StoreU(hn::DemoteTo(HalfInts(), hn::IfThenElse(kept, pixel, wide(-1))), HalfInts(), pixels);
    const Wide distance = hn::Sqrt(hn::Add(products(px, px, py, py), hn::Mul(pz, pz)));
    hn::StoreU(hn::DemoteTo(HalfFloats(), distance), HalfFloats(), depths);
    for (int i = 0; i < kWideLanes; ++i) {
      if (pixels[i] >= 0) compete(pixels[i], depths[i], first + x + i);
    }
  }

  HWY_INLINE void compete(std::int32_t pixel, float depth, std::int32_t source) {
    const SplatKey key = splat_key(depth, source);
    if (key < keys_[pixel]) keys_[pixel] = key;
  }

  const SplatGeometry& g_;
  const LiftedMaps& maps_;
  SplatKey* keys_;
  double* slopes_;   // of the columns
  double* rows_[3];  // axis depths above, at work, below
};

void lift_some_rows(const SplatGeometry& geometry, const LiftedMaps& maps, int begin, int end,
                    SplatKey* keys, double* space) {
  RowLifter(geometry, maps, keys, space).lift(begin, end);
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
