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

// Calls work(x) for the pixels of a row whose code is one of the group that begins with `first`;
// eight codes at a time, since nearly all are 0.
template <typename Work>
void for_closed(const std::uint8_t* closing, int width, int first, const Work& work) {
  int x = 0;
  const auto look = [&] {
    if (closing[x] >= first && closing[x] < first + kGaps) work(x);
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

// Gives the pixels of a row that a group closed the mean of their ends, `stride` apart.
void fill_gaps(const std::uint8_t* closing, int width, int first, std::int64_t stride,
               float* values) {
  for_closed(closing, width, first, [&](int x) {
    const Gap gap = gap_of(closing[x]);
    float* at = values + x;
    *at = across_gap(gap, at[-gap.before * stride], at[gap.after * stride]);
  });
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

void close_row(const SplatGeometry& g, int y, int first_code, const SplatPlanes& planes,
               std::int32_t* space) {
  const std::int64_t first = std::int64_t(y) * g.target_width;
  float* depth = planes.depth + first;
  std::uint8_t* closing = planes.closing + first;
  over_recessed(g, planes.depth, true, y, 1, 0, space, [&](int x, const SplatLine& line) {
    const int number = closes(depth + x, line, g.same_surface, kVoid);
    if (number >= 0) closing[x] = static_cast<std::uint8_t>(first_code + number);
  });
  fill_gaps(closing, g.target_width, first_code, 1, depth);
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
    for_closed(planes.closing + first, g.target_width, kHiddenCode, [&](int x) {
      planes.source[first + x] = -1;
      planes.depth[first + x] = kVoid;
      planes.closing[first + x] = 0;
    });
    close_row(g, y, kRowCode, planes, space.data());
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
  std::vector<std::int32_t> space(static_cast<std::size_t>(g.target_width));
  for (int y = begin; y < end; ++y) {
    const std::int64_t first = std::int64_t(y) * g.target_width;
    fill_gaps(planes.closing + first, g.target_width, kColumnCode, g.target_width,
              planes.depth + first);
    close_row(g, y, kSeamCode, planes, space.data());
  }
}

void carry_rows(const CarryMap& map, const float* image, float background, int begin, int end,
                float* out) {
  for (int y = begin; y < end; ++y) {
    const std::int64_t first = std::int64_t(y) * map.width;
    const std::int32_t* source = map.source + first;
    float* row = out + first;
    for (int x = 0; x < map.width; ++x) row[x] = source[x] < 0 ? background : image[source[x]];
    fill_gaps(map.closing + first, map.width, kRowCode, 1, row);
  }
}

void carry_columns(const CarryMap& map, int begin, int end, float* out) {
  for (int y = begin; y < end; ++y) {
    const std::int64_t first = std::int64_t(y) * map.width;
    fill_gaps(map.closing + first, map.width, kColumnCode, map.width, out + first);
    fill_gaps(map.closing + first, map.width, kSeamCode, 1, out + first);
  }
}

void pull_channel(const CarryMap& map, int height, float* grad_out, float* grad_image) {
  // Last closed, first pulled. An end of a gap is never closed by the same pass itself, so the
  // order within one is free.
  const auto pull_gaps = [&](int y, int first_code, std::int64_t stride) {
    const std::int64_t first = std::int64_t(y) * map.width;
    for_closed(map.closing + first, map.width, first_code, [&](int x) {
      float* at = grad_out + first + x;
      const Gap gap = gap_of(map.closing[first + x]);
      const float share = *at / static_cast<float>(gap.before + gap.after);
      at[-gap.before * stride] += share * static_cast<float>(gap.after);
      at[gap.after * stride] += share * static_cast<float>(gap.before);
    });
  };
  for (int y = 0; y < height; ++y) {
    pull_gaps(y, kSeamCode, 1);
    pull_gaps(y, kColumnCode, map.width);
  }
  for (int y = 0; y < height; ++y) {
    pull_gaps(y, kRowCode, 1);
    const std::int64_t first = std::int64_t(y) * map.width;
    for (std::int64_t at = first; at < first + map.width; ++at) {
      if (map.source[at] >= 0) grad_image[map.source[at]] += grad_out[at];
    }
  }
}

}  // namespace portrait
