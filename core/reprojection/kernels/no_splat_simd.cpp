// SPDX-License-Identifier: Apache-2.0
// Builds without Highway.
#include "core/reprojection/kernels/row_kernels.h"
#include "core/reprojection/kernels/splat_kernels.h"

namespace portrait {

void lift_rows(const SplatGeometry& geometry, const LiftedMaps& maps, int begin, int end,
               SplatKey* keys) {
  lift_rows_plain(geometry, maps, begin, end, keys);
}

void settle_keys(const SplatKey* keys, int sets, std::int64_t stride, int count,
                 std::int32_t* source, float* depth) {
  settle_keys_plain(keys, sets, stride, count, source, depth);
}

int list_recessed(const RowAndSides& row, int count, float same_surface, bool is_void,
                  std::int32_t* list) {
  return list_recessed_plain(row, count, same_surface, is_void, list);
}

}  // namespace portrait
