// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/bit_mask.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace portrait {

BitMask::BitMask(int width, int height)
    : width_(width),
      height_(height),
      stride_(std::size_t(width + 63) / 64 + 1),
      words_(stride_ * std::size_t(height), 0) {}

std::int64_t BitMask::count() const {
  std::int64_t sum = 0;
  for (const std::uint64_t word : words_) sum += std::popcount(word);
  return sum;
}

std::int64_t BitMask::fill(int first, int end, int y) {
  std::int64_t before = 0;
  for (int from = first; from < end;) {
    const int to = std::min(end, (from | 63) + 1);
    const std::uint64_t bits = (~std::uint64_t(0) >> (64 - (to - from))) << (from & 63);
    std::uint64_t& word = row(y)[from >> 6];
    before += std::popcount(word & bits);
    word |= bits;
    from = to;
  }
  return before;
}

void BitMask::cover(const Eigen::Vector2d& a, const Eigen::Vector2d& b, const Eigen::Vector2d& c) {
  // Wider than rounding, so that a triangle that touches a cell is never missed.
  constexpr double kSlack = 1e-6;
  const Eigen::Vector2d low = a.cwiseMin(b).cwiseMin(c).array() - kSlack;
  const Eigen::Vector2d high = a.cwiseMax(b).cwiseMax(c).array() + kSlack;
  const auto cell = [](double value, int count) {
    return int(std::clamp(std::floor(value), -1.0, double(count)));
  };
  const int x0 = std::max(cell(low.x(), width_), 0);
  const int x1 = std::min(cell(high.x(), width_), width_ - 1);
  const int y0 = std::max(cell(low.y(), height_), 0);
  const int y1 = std::min(cell(high.y(), height_), height_ - 1);
  // A side separates a cell from the triangle when the cell's nearest corner is beyond it.
  struct Line {
    double x, y, offset;
  };
  std::array<Line, 3> lines{};
  const double area = (b - a).x() * (c - a).y() - (b - a).y() * (c - a).x();
  const std::array<Eigen::Vector2d, 3> corners = {a, area < 0 ? c : b, area < 0 ? b : c};
  for (int i = 0; i < 3; ++i) {
    const Eigen::Vector2d along = corners[(i + 1) % 3] - corners[i];
    // Positive inside; the offset takes the corner that lies farthest inside.
    const double nx = -along.y();
    const double ny = along.x();
    lines[i] = {nx, ny,
                std::max(nx, 0.0) + std::max(ny, 0.0) - nx * corners[i].x() - ny * corners[i].y() +
                    kSlack * (std::abs(nx) + std::abs(ny))};
  }
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      if (std::all_of(lines.begin(), lines.end(),
                      [&](const Line& l) { return l.x * x + l.y * y + l.offset >= 0; })) {
        set(x, y);
      }
    }
  }
}

BitMask BitMask::turned() const {
  BitMask result(height_, width_);
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x) {
      if (at(x, y)) result.set(height_ - 1 - y, x);
    }
  }
  return result;
}

BitMask BitMask::grown(int cells) const {
  BitMask wide(width_ + 2 * cells, height_);
  for (int shift = 0; shift <= 2 * cells; ++shift) wide.add(*this, shift, 0);
  BitMask result(width_ + 2 * cells, height_ + 2 * cells);
  for (int shift = 0; shift <= 2 * cells; ++shift) result.add(wide, 0, shift);
  return result;
}

bool BitMask::row_meets(const BitMask& other, int x, int y, int r) const {
  const std::uint64_t* mine = row(y + r) + (x >> 6);
  const std::uint64_t* theirs = other.row(r);
  const int shift = x & 63;
  const std::size_t words = other.stride_ - 1;
  for (std::size_t w = 0; w < words; ++w) {
    if (theirs[w] == 0) continue;
    std::uint64_t word = mine[w] >> shift;
    if (shift != 0) word |= mine[w + 1] << (64 - shift);
    if ((word & theirs[w]) != 0) return true;
  }
  return false;
}

bool BitMask::meets(const BitMask& other, int x, int y, int& row_hint) const {
  if (row_hint < other.height_ && row_meets(other, x, y, row_hint)) return true;
  for (int r = 0; r < other.height_; ++r) {
    if (!row_meets(other, x, y, r)) continue;
    row_hint = r;
    return true;
  }
  return false;
}

void BitMask::add(const BitMask& other, int x, int y) {
  for (int r = std::max(0, -y); r < other.height_ && y + r < height_; ++r) {
    for (std::size_t w = 0; w + 1 < other.stride_; ++w) {
      std::uint64_t bits = other.row(r)[w];
      while (bits != 0) {
        const int column = x + int(w) * 64 + std::countr_zero(bits);
        if (column >= 0 && column < width_) set(column, y + r);
        bits &= bits - 1;
      }
    }
  }
}

}  // namespace portrait
