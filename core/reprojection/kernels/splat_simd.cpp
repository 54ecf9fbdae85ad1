// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/reprojection/kernels/splat_simd.cpp"
#include <hwy/foreach_target.h>

#include "core/reprojection/kernels/lift_rows-inl.h"
#include "core/reprojection/kernels/settle_rows-inl.h"

#if HWY_ONCE
#include <vector>

namespace portrait {

HWY_EXPORT(lift_some_rows);
HWY_EXPORT(settle_some_keys);
HWY_EXPORT(list_some_recessed);

void lift_rows(const SplatGeometry& geometry, const LiftedMaps& maps, int begin, int end,
               SplatKey* keys) {
  std::vector<double> space(4 * (std::size_t(geometry.source_width) + 2));
  HWY_DYNAMIC_DISPATCH(lift_some_rows)(geometry, maps, begin, end, keys, space.data());
}

void settle_keys(const SplatKey* keys, int sets, std::int64_t stride, int count,
                 std::int32_t* source, float* depth) {
  HWY_DYNAMIC_DISPATCH(settle_some_keys)(keys, sets, stride, count, source, depth);
}

int list_recessed(const RowAndSides& row, int count, float same_surface, bool is_void,
                  std::int32_t* list) {
  return HWY_DYNAMIC_DISPATCH(list_some_recessed)(row, count, same_surface, is_void, list);
}

}  // namespace portrait
#endif
