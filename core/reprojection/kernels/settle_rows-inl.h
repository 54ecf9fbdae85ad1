// SPDX-License-Identifier: Apache-2.0
// The functions of row_kernels.h on vectors; included once per instruction set.
#if defined(PORTRAIT_SETTLE_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_SETTLE_ROWS_INL_H
#undef PORTRAIT_SETTLE_ROWS_INL_H
#else
#define PORTRAIT_SETTLE_ROWS_INL_H
#endif

#include "core/reprojection/kernels/row_kernels.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void settle_some_keys(const SplatKey* keys, int sets, std::int64_t stride, int count,
                      std::int32_t* source, float* depth) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR  // one lane has no halves
  // Keys are below 2^63, so they order as signed numbers too, which more processors compare.
  const hn::CappedTag<std::int64_t, 8> d;
  const hn::Repartition<std::int32_t, decltype(d)> halves;
  const hn::Repartition<float, decltype(d)> floats;
  constexpr int kKeys = int(hn::MaxLanes(d));
  const auto* signed_keys = reinterpret_cast<const std::int64_t*>(keys);
  const auto least_from = [&](int at) {
    auto least = hn::LoadU(d, signed_keys + at);
    for (int set = 1; set < sets; ++set) {
      least = hn::Min(least, hn::LoadU(d, signed_keys + set * stride + at));
    }
    return hn::BitCast(halves, least);
  };
  for (; x + 2 * kKeys <= count; x += 2 * kKeys) {
    const auto first = least_from(x);
    const auto second = least_from(x + kKeys);
    hn::StoreU(hn::ConcatEven(halves, second, first), halves, source + x);
    const auto bits = hn::Min(hn::ConcatOdd(halves, second, first), hn::Set(halves, kVoidBits));
    hn::StoreU(hn::BitCast(floats, bits), floats, depth + x);
  }
#endif
  settle_keys_plain(keys + x, sets, stride, count - x, source + x, depth + x);
}

int list_some_recessed(const RowAndSides& row, int count, float same_surface, bool is_void,
                       std::int32_t* list) {
  const hn::CappedTag<float, 16> d;
  constexpr int kStep = int(hn::MaxLanes(d));
  const auto factor = hn::Set(d, same_surface);
  int found = 0;
  int x = 0;
  for (; x + kStep <= count; x += kStep) {
    const auto before = hn::Min(hn::LoadU(d, row.before + x), hn::LoadU(d, row.before2 + x));
    const auto after = hn::Min(hn::LoadU(d, row.after + x), hn::LoadU(d, row.after2 + x));
    const auto bound = hn::Mul(hn::Max(before, after), factor);
    const auto here = hn::LoadU(d, row.here + x);
    const auto voids = hn::IsInf(here);
    const auto recessed = hn::And(hn::Gt(here, bound), is_void ? voids : hn::Not(voids));
    if (hn::AllFalse(d, recessed)) continue;
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, recessed, bits);
    for (int i = 0; i < kStep; ++i) {
      if (bits[i / 8] >> (i % 8) & 1) list[found++] = x + i;
    }
  }
  const RowAndSides rest{row.here + x, row.before + x, row.before2 + x, row.after + x,
                         row.after2 + x};
  const int more = list_recessed_plain(rest, count - x, same_surface, is_void, list + found);
  for (int i = 0; i < more; ++i) list[found + i] += x;
  return found + more;
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
