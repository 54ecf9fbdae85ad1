// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/kernels/splat_geometry.h"

#include <cstdint>

namespace portrait {

// What splat_kernels.h does with whole rows of the target: on vectors, or plainly (splat_plain.cpp)
// in builds without Highway. The same results, bit for bit.

// The least of `sets` keys per pixel, the sets `stride` keys apart -> source [count] and depth
// [count], -1 and infinite where there was no point.
void settle_keys(const SplatKey* keys, int sets, std::int64_t stride, int count,
                 std::int32_t* source, float* depth);
void settle_keys_plain(const SplatKey* keys, int sets, std::int64_t stride, int count,
                       std::int32_t* source, float* depth);

// Depths of a row's pixels and of those that stand 1 and 2 away from them on either side (the same
// pointer twice where there is no second).
struct RowAndSides {
  const float* here;
  const float* before;
  const float* before2;
  const float* after;
  const float* after2;
};
// Lists the pixels, void ones only or none of them, that have something nearer on both sides by
// more than a surface may change: without that no hole closes and no point shines through, and
// nearly all pixels are without. list [count] ascending; returns how many.
int list_recessed(const RowAndSides& row, int count, float same_surface, bool is_void,
                  std::int32_t* list);
int list_recessed_plain(const RowAndSides& row, int count, float same_surface, bool is_void,
                        std::int32_t* list);

}  // namespace portrait
