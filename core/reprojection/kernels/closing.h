// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_device.h"

#include <cstddef>
#include <cstdint>

namespace portrait {

// Which points are hidden and which holes close (the rules are told in splat.h), along one line of
// pixels at a time.

// How a closed pixel was closed: the known pixels `before` and `after` it, 1 or 2 away, along its
// row (codes 1 to 3 and 7 to 9) or its column (4 to 6). Pixels of one group lie between such as
// were known before it.
struct Gap {
  int before;
  int after;
};
inline constexpr int kGaps = 3;
inline constexpr int kRowCode = 1;
inline constexpr int kColumnCode = kRowCode + kGaps;
inline constexpr int kSeamCode = kColumnCode + kGaps;  // rows again
inline constexpr int kHiddenCode = kSeamCode + kGaps;  // to be dropped; never in a finished map

PORTRAIT_HOST_DEVICE inline Gap gap_of(int code) {
  const int number = (code - kRowCode) % kGaps;
  return {number == 2 ? 2 : 1, number == 1 ? 2 : 1};
}

// Mean of the two ends, the nearer one weighing more.
template <typename Scalar>
PORTRAIT_HOST_DEVICE inline Scalar across_gap(const Gap& gap, Scalar before, Scalar after) {
  if (gap.before == gap.after) return (before + after) * Scalar(0.5);
  const Scalar third = Scalar(1) / Scalar(3);
  return gap.before == 1 ? (before * 2 + after) * third : (before + after * 2) * third;
}

// A line of the target's pixels through one of them: `before` pixels of the line come before it,
// `after` behind it, `stride` apart.
struct SplatLine {
  std::ptrdiff_t stride;
  int before;
  int after;
};

// Whether two depths are of one surface: within the factor of SplatGeometry.
PORTRAIT_HOST_DEVICE inline bool one_surface(float a, float b, float same_surface) {
  return a <= b * same_surface && b <= a * same_surface;
}

// Whether two source pixels touch, by side or corner.
PORTRAIT_HOST_DEVICE inline bool touch(std::int32_t a, std::int32_t b, int width) {
  const int dx = a % width - b % width;
  const int dy = a / width - b / width;
  return dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1;
}

// Whether the point at depth[0] shines through a tear along the line: there are points on both
// sides, at most 3 pixels apart, that touch in the source and are of one surface, and this one lies
// behind it. Reads the winners only.
PORTRAIT_HOST_DEVICE inline bool shines_through(const float* depth, const std::int32_t* source,
                                                const SplatLine& line, int source_width,
                                                float same_surface) {
  for (int number = 0; number < kGaps; ++number) {
    const Gap gap = gap_of(kRowCode + number);
    if (gap.before > line.before || gap.after > line.after) continue;
    const std::ptrdiff_t before = -gap.before * line.stride;
    const std::ptrdiff_t after = gap.after * line.stride;
    if (source[before] < 0 || source[after] < 0) continue;
    const float a = depth[before];
    const float b = depth[after];
    if (one_surface(a, b, same_surface) && depth[0] > (a > b ? a : b) * same_surface &&
        touch(source[before], source[after], source_width)) {
      return true;
    }
  }
  return false;
}

// The gap by which the void pixel at depth[0] closes along the line, 0 .. kGaps - 1, or -1. Void is
// an infinite depth.
PORTRAIT_HOST_DEVICE inline int closes(const float* depth, const SplatLine& line,
                                       float same_surface, float void_depth) {
  for (int number = 0; number < kGaps; ++number) {
    const Gap gap = gap_of(kRowCode + number);
    if (gap.before > line.before || gap.after > line.after) continue;
    const float a = depth[-gap.before * line.stride];
    const float b = depth[gap.after * line.stride];
    if (!(a < void_depth && b < void_depth) || !one_surface(a, b, same_surface)) continue;
    if (gap.before == 2 && depth[-line.stride] < void_depth) continue;
    if (gap.after == 2 && depth[line.stride] < void_depth) continue;
    return number;
  }
  return -1;
}

}  // namespace portrait
