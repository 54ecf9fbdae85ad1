// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/inside_bits.h"

#include <bit>
#include <cstdint>

namespace portrait {

// What a surface does to the 64 padded points of one word of a row: which of the edges that start
// in them it cuts, and which of the cubes that have them as lowest corner it passes.
struct RowWord {
  // Words of the rows at (y, z), (y + 1, z), (y, z + 1), (y + 1, z + 1), and each shifted so that
  // its bit x is that of x + 1.
  std::uint64_t here[4];
  std::uint64_t right[4];
  std::uint64_t cubes;  // whose corners are not all alike

  std::uint64_t cut_x() const { return here[0] ^ right[0]; }
  std::uint64_t cut_y() const { return here[0] ^ here[1]; }
  std::uint64_t cut_z() const { return here[0] ^ here[2]; }
  // Of the cube at bit x, as cube_cases() has it.
  int cube_case(int x) const {
    int bits = 0;
    for (int r = 0; r < 4; ++r) {
      bits |= int(here[r] >> x & 1) << (2 * r) | int(right[r] >> x & 1) << (2 * r + 1);
    }
    return bits;
  }
};

// Calls visit(first, word) for the words in which the surface cuts anything, in order; `first` is
// the word's first padded x. y and z are below the last padded row and layer, which are empty.
template <typename Visit>
void visit_row(const InsideBits& bits, int y, int z, const Visit& visit) {
  const std::uint64_t* rows[4] = {bits.row(y, z), bits.row(y + 1, z), bits.row(y, z + 1),
                                  bits.row(y + 1, z + 1)};
  const auto any_of = [&](int w) { return rows[0][w] | rows[1][w] | rows[2][w] | rows[3][w]; };
  const auto all_of = [&](int w) { return rows[0][w] & rows[1][w] & rows[2][w] & rows[3][w]; };
  // Most words are empty or full; they are passed over by what their four rows have in common.
  std::uint64_t any = any_of(0);
  std::uint64_t all = all_of(0);
  for (int w = 0; w < bits.words(); ++w) {
    const std::uint64_t any_next = any_of(w + 1);
    const std::uint64_t all_next = all_of(w + 1);
    const std::uint64_t cubes =
        (any | any >> 1 | any_next << 63) & ~(all & (all >> 1 | all_next << 63));
    any = any_next;
    all = all_next;
    if (cubes == 0) continue;
    RowWord word;
    for (int r = 0; r < 4; ++r) {
      word.here[r] = rows[r][w];
      word.right[r] = rows[r][w] >> 1 | rows[r][w + 1] << 63;
    }
    word.cubes = cubes;
    visit(w * 64, word);
  }
}

template <typename Visit>
void visit_bits(std::uint64_t bits, const Visit& visit) {
  for (; bits != 0; bits &= bits - 1) visit(std::countr_zero(bits));
}

// Calls visit(bit, x, y, z) for the points whose edges are cut, and along which axes they are.
template <typename Visit>
void visit_cuts(const RowWord& word, const Visit& visit) {
  const std::uint64_t x = word.cut_x();
  const std::uint64_t y = word.cut_y();
  const std::uint64_t z = word.cut_z();
  visit_bits(x | y | z, [&](int bit) {
    visit(bit, (x >> bit & 1) != 0, (y >> bit & 1) != 0, (z >> bit & 1) != 0);
  });
}

}  // namespace portrait
