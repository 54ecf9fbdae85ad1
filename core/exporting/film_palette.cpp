// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/film_palette.h"

#include "core/base/error.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

struct Weighted {
  double count = 0;
  Eigen::Vector3d colour{0, 0, 0};
};

// A range of cells and what one colour for all of them would cost.
struct Box {
  std::vector<Weighted>::iterator begin;
  std::vector<Weighted>::iterator end;
  Eigen::Vector3d mean{0, 0, 0};
  int axis = 0;
  double error = 0;  // squared, along the axis
};

Box measured(std::vector<Weighted>::iterator begin, std::vector<Weighted>::iterator end) {
  Box box{begin, end};
  double count = 0;
  for (auto cell = begin; cell != end; ++cell) {
    box.mean += cell->count * cell->colour;
    count += cell->count;
  }
  box.mean /= std::max(count, 1.0);
  Eigen::Array3d errors = Eigen::Array3d::Zero();
  for (auto cell = begin; cell != end; ++cell) {
    errors += cell->count * (cell->colour - box.mean).array().square();
  }
  box.error = end - begin > 1 ? errors.maxCoeff(&box.axis) : 0;
  return box;
}

std::vector<Box> cut(std::vector<Weighted>& cells, int colours) {
  std::vector<Box> boxes{measured(cells.begin(), cells.end())};
  while (int(boxes.size()) < colours) {
    const auto worst = std::max_element(
        boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.error < b.error; });
    if (worst->error <= 0) break;
    const Box whole = *worst;
    const auto middle = std::stable_partition(whole.begin, whole.end, [&](const Weighted& cell) {
      return cell.colour[whole.axis] < whole.mean[whole.axis];
    });
    if (middle == whole.begin || middle == whole.end) {
      worst->error = 0;  // equal but for rounding
      continue;
    }
    *worst = measured(whole.begin, middle);
    boxes.push_back(measured(middle, whole.end));
  }
  return boxes;
}

int squared_distance(const Rgb8& a, const Rgb8& b) {
  int sum = 0;
  for (int c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

int nearest_colour(const std::vector<Rgb8>& colours, const Rgb8& colour) {
  const auto nearer = [&](const Rgb8& a, const Rgb8& b) {
    return squared_distance(a, colour) < squared_distance(b, colour);
  };
  return int(std::min_element(colours.begin(), colours.end(), nearer) - colours.begin());
}

double squared_error(const ColourHistogram::Cell& cell, const std::vector<Rgb8>& colours) {
  Rgb8 mean{};
  for (int c = 0; c < 3; ++c) {
    mean[c] = std::uint8_t((cell.sum[c] + cell.count / 2) / cell.count);
  }
  const Rgb8& given = colours[nearest_colour(colours, mean)];
  double error = double(cell.squares);
  for (int c = 0; c < 3; ++c) {
    error += double(given[c]) * (double(given[c]) * double(cell.count) - 2.0 * double(cell.sum[c]));
  }
  return error;
}

}  // namespace

void ColourHistogram::add(const std::uint8_t* rgb) {
  Cell& cell = cells_[(rgb[0] >> 3) << 10 | (rgb[1] >> 3) << 5 | rgb[2] >> 3];
  ++cell.count;
  for (int c = 0; c < 3; ++c) {
    cell.sum[c] += rgb[c];
    cell.squares += rgb[c] * rgb[c];
  }
}

FilmPalette make_palette(const ColourHistogram& histogram, int colours) {
  check(colours >= 1 && colours <= 256, ErrorCode::kBadUsage,
        "A palette has 1 to 256 colours, found {}", colours);
  std::vector<Weighted> cells;
  for (const ColourHistogram::Cell& cell : histogram.cells()) {
    if (cell.count == 0) continue;
    const double count = double(cell.count);
    const Eigen::Vector3d sum{double(cell.sum[0]), double(cell.sum[1]), double(cell.sum[2])};
    cells.push_back({count, sum / count});
  }
  FilmPalette palette;
  for (const Box& box : cut(cells, colours)) {
    Rgb8 colour{};
    for (int c = 0; c < 3; ++c) colour[c] = std::uint8_t(std::lround(box.mean[c]));
    palette.colours.push_back(colour);
  }
  double error = 0;
  double count = 0;
  for (const ColourHistogram::Cell& cell : histogram.cells()) {
    if (cell.count == 0) continue;
    error += squared_error(cell, palette.colours);
    count += double(cell.count);
  }
  // Even steps err by step / sqrt(12) in each channel.
  palette.step = std::sqrt(12 * error / std::max(1.0, 3 * count));
  return palette;
}

PaletteDither::PaletteDither(FilmPalette palette)
    : palette_(std::move(palette)), nearest_(std::size_t(1) << 18, -1) {
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      // The bits of x ^ y and y, interleaved and turned round, number the pattern of Bayer.
      int rank = 0;
      for (int bit = 0; bit < 3; ++bit) {
        rank = rank << 2 | ((x ^ y) >> bit & 1) << 1 | (y >> bit & 1);
      }
      offsets_[8 * y + x] = int(std::lround(palette_.step * ((rank + 0.5) / 64 - 0.5)));
    }
  }
}

std::uint8_t PaletteDither::index(const std::uint8_t* rgb, int x, int y) {
  const int offset = offsets_[8 * (y % 8) + x % 8];
  Rgb8 middle{};
  std::size_t key = 0;
  for (int c = 0; c < 3; ++c) {
    const int sixth = std::clamp(rgb[c] + offset, 0, 255) >> 2;
    middle[c] = std::uint8_t(4 * sixth + 2);
    key = key << 6 | std::size_t(sixth);
  }
  std::int16_t& known = nearest_[key];
  if (known < 0) known = std::int16_t(nearest_colour(palette_.colours, middle));
  return std::uint8_t(known);
}

}  // namespace portrait
