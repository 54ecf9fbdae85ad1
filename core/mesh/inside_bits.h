// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace portrait {

// One bit for every node of a grid, set where it is inside: density >= threshold and finite. An
// infinite density is as useless as a NaN; both are empty.
//
// One layer of empty nodes is put round the grid: padded index p is node p - 1 on every axis. Rows
// run along x; bit x % 64 of word x / 64 is padded node x. Bit 0 of a row is therefore never set,
// and the word behind a row may be read as if it were the row's own: it is the next row's first, or
// one empty word behind the last.
class InsideBits {
 public:
  // All empty until classify() has seen the layers.
  explicit InsideBits(const Eigen::Vector3i& dims);
  // Fills padded layer z; the first and the last, which are padding, stay empty. Layers may be
  // filled on several threads.
  void classify(const DensityGrid& grid, float threshold, int z);

  int size(int axis) const { return size_[axis]; }  // padded nodes
  int words() const { return words_; }              // of a row
  const std::uint64_t* row(int y, int z) const {
    return bits_.data() + (std::size_t(z) * size_[1] + y) * words_;
  }

 private:
  Eigen::Vector3i size_;
  int words_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace portrait
