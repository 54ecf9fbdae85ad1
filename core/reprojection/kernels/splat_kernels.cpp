// SPDX-License-Identifier: Apache-2.0
#include "core/reprojection/kernels/splat_kernels.h"

#include "core/reprojection/kernels/closing.h"
#include "core/reprojection/kernels/row_kernels.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace portrait {
namespace {

constexpr float kVoid = std::numeric_limits<float>::infinity();

// Calls work(x) for the pixels of a row whose code is at least `least` and below `most`; eight
// codes at a time, since nearly all are 0.
template <typename Work>
void for_closed(const std::uint8_t* closing, int width, int least, int most, const Work& work) {
  int x = 0;
  const auto look = [&] {
    if (closing[x] >= least && closing[x] < most) work(x);
    ++x;
  };
  while (x + 8 <= width) {
    std::uint64_t eight;
    std::memcpy(&eight, closing + x, 8);
    if (eight == 0) {
      x += 8;
    } else {
      for (int i = 0; i < 8; ++i) look();
    }
  }
  while (x < width) look();
}

// Depths of a row's pixels and of those on their lines.
RowAndSides sides_of(const float* here, std::ptrdiff_t stride, const SplatLine& room) {
  const std::ptrdiff_t before2 = room.before > 1 ? 2 * stride : stride;
  const std::ptrdiff_t after2 = room.after > 1 ? 2 * stride : stride;
  return {here, here - stride, here - before2, here + stride, here + after2};
}

// Calls look(x, line) for the void or the won pixels of row y that have something nearer before and
// after them on lines that go `dx` columns and `dy` rows a pixel. space [w].
template <typename Look>
void over_recessed(const SplatGeometry& g, const float* depth, bool is_void, int y, int dx, int dy,
                   std::int32_t* space, const Look& look) {
  const int width = g.target_width;
  const int rows_before = dy == 0 ? 2 : y;
  const int rows_after = dy == 0 ? 2 : g.target_height - 1 - y;
  if (rows_before < 1 || rows_after < 1) return;
  const std::ptrdiff_t stride = std::ptrdiff_t(dy) * width + dx;
  // Pixels from..to have `room` pixels on the side that is short of them.
  const auto part = [&](int from, int to, int room_before, int room_after) {
    if (from >= to) return;
    const SplatLine line{stride, std::min({2, rows_before, room_before}),
                         std::min({2, rows_after, room_after})};
    const float* here = depth + std::ptrdiff_t(y) * width + from;
    const int found =
        list_recessed(sides_of(here, stride, line), to - from, g.same_surface, is_void, space);
    for (int i = 0; i < found; ++i) look(from + space[i], line);
  };
  if (dx == 0) {
    part(0, width, 2, 2);
  } else if (width == 3) {
    part(1, 2, 1, 1);
  } else if (width > 3) {
    // One pixel from the edge, the line has one pixel on that side.
    part(1, 2, dx > 0 ? 1 : 2, dx > 0 ? 2 : 1);
    part(2, width - 2, 2, 2);
    part(width - 2, width - 1, dx > 0 ? 2 : 1, dx > 0 ? 1 : 2);
  }
}

}  // namespace

void settle_rows(const SplatGeometry& g, const SplatKey* keys, int sets, int begin, int end,
                 const SplatPlanes& planes) {
  const std::int64_t width = g.target_width;
  const std::int64_t first = begin * width;
  const std::int64_t count = (end - begin) * width;
  settle_keys(keys + first, sets, width * g.target_height, static_cast<int>(count),
              planes.source + first, planes.depth + first);
  std::fill_n(planes.closing + first, count, std::uint8_t{0});
}

void find_hidden(const SplatGeometry& g, int begin, int end, const SplatPlanes& planes) {
  std::vector<std::int32_t> space(static_cast<std::size_t>(g.target_width));
  constexpr int kLines[4][2] = {{1, 0}, {0, 1}, {1, 1}, {-1, 1}};
  for (int y = begin; y < end; ++y) {
    for (const auto& [dx, dy] : kLines) {
      over_recessed(g, planes.depth, false, y, dx, dy, space.data(),
                    [&](int x, const SplatLine& line) {
                      const std::int64_t at = std::int64_t(y) * g.target_width + x;
                      if (shines_through(planes.depth + at, planes.source + at, line,
                                         g.source_width, g.same_surface)) {
                        planes.closing[at] = kHiddenCode;
                      }
                    });
    }
  }
}

void close_rows(const SplatGeometry& g, int begin, int end, const SplatPlanes& planes) {
  std::vector<std::int32_t> space(static_cast<std::size_t>(g.target_width));
  for (int y = begin; y < end; ++y) {
    const std::int64_t first = std::int64_t(y) * g.target_width;
    std::uint8_t* closing = planes.closing + first;
    float* depth = planes.depth + first;
    for_closed(closing, g.target_width, kHiddenCode, kHiddenCode + 1, [&](int x) {
      planes.source[first + x] = -1;
      depth[x] = kVoid;
      closing[x] = 0;
    });
    over_recessed(g, planes.depth, true, y, 1, 0, space.data(), [&](int x, const SplatLine& line) {
      closing[x] =
          static_cast<std::uint8_t>(kRowCode + closes(depth + x, line, g.same_surface, kVoid));
    });
    for_closed(closing, g.target_width, kRowCode, kColumnCode, [&](int x) {
      const Gap gap = gap_of(closing[x]);
      depth[x] = across_gap(gap, depth[x - gap.before], depth[x + gap.after]);
    });
  }
}

void find_column_gaps(const SplatGeometry& g, int begin, int end, const SplatPlanes& planes) {
  std::vector<std::int32_t> space(static_cast<std::size_t>(g.target_width));
  for (int y = begin; y < end; ++y) {
    over_recessed(g, planes.depth, true, y, 0, 1, space.data(), [&](int x, const SplatLine& line) {
      const std::int64_t at = std::int64_t(y) * g.target_width + x;
      const int number = closes(planes.depth + at, line, g.same_surface, kVoid);
      if (number >= 0) planes.closing[at] = static_cast<std::uint8_t>(kColumnCode + number);
    });
  }
}

void close_columns(const SplatGeometry& g, int begin, int end, const SplatPlanes& planes) {
  const std::int64_t width = g.target_width;
  for (int y = begin; y < end; ++y) {
    float* depth = planes.depth + y * width;
    const std::uint8_t* closing = planes.closing + y * width;
    for_closed(closing, g.target_width, kColumnCode, kColumnCode + kGaps, [&](int x) {
      const Gap gap = gap_of(closing[x]);
      depth[x] = across_gap(gap, depth[x - gap.before * width], depth[x + gap.after * width]);
    });
  }
}

void carry_rows(const CarryMap& map, const float* image, float background, int begin, int end,
                float* out) {
  for (int y = begin; y < end; ++y) {
    const std::int64_t first = std::int64_t(y) * map.width;
    const std::int32_t* source = map.source + first;
    float* row = out + first;
    for (int x = 0; x < map.width; ++x) row[x] = source[x] < 0 ? background : image[source[x]];
    for_closed(map.closing + first, map.width, kRowCode, kColumnCode, [&](int x) {
      const Gap gap = gap_of(map.closing[first + x]);
      row[x] = across_gap(gap, row[x - gap.before], row[x + gap.after]);
    });
  }
}

void carry_columns(const CarryMap& map, int begin, int end, float* out) {
  for (int y = begin; y < end; ++y) {
    const std::int64_t first = std::int64_t(y) * map.width;
    for_closed(map.closing + first, map.width, kColumnCode, kColumnCode + kGaps, [&](int x) {
      const Gap gap = gap_of(map.closing[first + x]);
      float* at = out + first + x;
      *at = across_gap(gap, at[-std::int64_t(gap.before) * map.width],
                       at[std::int64_t(gap.after) * map.width]);
    });
  }
}

void pull_channel(const CarryMap& map, int height, float* grad_out, float* grad_image) {
  // An end of a gap is never closed by the same pass itself, so the order within one is free.
  const auto share = [](const Gap& gap, std::int64_t stride, float* at) {
    const float whole = *at;
    const float nearer = gap.before == gap.after ? whole * 0.5F : whole * (2.0F / 3);
    at[-gap.before * stride] += gap.before <= gap.after ? nearer : whole - nearer;
    at[gap.after * stride] += gap.before < gap.after ? whole - nearer : nearer;
  };
  for (int y = 0; y < height; ++y) {
    const std::int64_t first = std::int64_t(y) * map.width;
    for_closed(map.closing + first, map.width, kColumnCode, kColumnCode + kGaps, [&](int x) {
      share(gap_of(map.closing[first + x]), map.width, grad_out + first + x);
    });
  }
  for (int y = 0; y < height; ++y) {
    const std::int64_t first = std::int64_t(y) * map.width;
    for_closed(map.closing + first, map.width, kRowCode, kColumnCode,
               [&](int x) { share(gap_of(map.closing[first + x]), 1, grad_out + first + x); });
    for (std::int64_t at = first; at < first + map.width; ++at) {
      if (map.source[at] >= 0) grad_image[map.source[at]] += grad_out[at];
    }
  }
}

}  // namespace portrait
