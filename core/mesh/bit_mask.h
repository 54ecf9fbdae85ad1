// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace portrait {

// A picture of bits, rows of 64-bit words.
class BitMask {
 public:
  BitMask() = default;
  // All bits 0; sizes 0 or more.
  BitMask(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  bool at(int x, int y) const { return (row(y)[x >> 6] >> (x & 63) & 1) != 0; }
  void set(int x, int y) { row(y)[x >> 6] |= std::uint64_t(1) << (x & 63); }
  std::int64_t count() const;

  // Sets the cells from `first` up to, without, `end` of row y, all within the picture; returns how
  // many were set before.
  std::int64_t fill(int first, int end, int y);

  // Sets every cell that a triangle touches, its border included, corners in cells: cell (x, y) is
  // the square from (x, y) to (x + 1, y + 1). What lies outside the picture is left out.
  void cover(const Eigen::Vector2d& a, const Eigen::Vector2d& b, const Eigen::Vector2d& c);

  // A quarter turn counter-clockwise (y upward): cell (x, y) goes to (height - 1 - y, x).
  BitMask turned() const;

  // With every cell within `cells` (in rows and columns) of a set one set.
  BitMask grown(int cells) const;

  // Whether `other`, moved by (x, y), shares a cell with this one. It must lie within.
  // `row_hint`: the row of `other` that is looked at first; the row that met one comes back in it.
  bool meets(const BitMask& other, int x, int y, int& row_hint) const;
  // Sets the cells of `other`, moved by (x, y); what lies outside is left out.
  void add(const BitMask& other, int x, int y);

 private:
  const std::uint64_t* row(int y) const { return words_.data() + std::size_t(y) * stride_; }
  std::uint64_t* row(int y) { return words_.data() + std::size_t(y) * stride_; }
  bool row_meets(const BitMask& other, int x, int y, int r) const;

  int width_ = 0;
  int height_ = 0;
  std::size_t stride_ = 0;  // words per row, with one spare word for reading across
  std::vector<std::uint64_t> words_;
};

}  // namespace portrait
