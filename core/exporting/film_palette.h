// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

using Rgb8 = std::array<std::uint8_t, 3>;

// How often the colours of a film occur, in cells of 8 x 8 x 8 levels.
class ColourHistogram {
 public:
  struct Cell {
    std::int64_t count = 0;
    std::array<std::int64_t, 3> sum{};
    std::int64_t squares = 0;  // of all three channels
  };

  ColourHistogram() : cells_(std::size_t(1) << 15) {}
  void add(const std::uint8_t* rgb);
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  std::vector<Cell> cells_;
};

struct FilmPalette {
  std::vector<Rgb8> colours;  // at least one
  // The distance of evenly spaced levels that would err as much as this palette does: 0 when it
  // has every colour of the film.
  double step = 0;
};

// The colours that stand best for a histogram, 1 to 256 of them at most: the group of cells that
// errs most is cut at its mean, across its longest side, until there are enough (median cut).
// The same histogram gives the same palette.
FilmPalette make_palette(const ColourHistogram& histogram, int colours);

// Which colour of the palette a pixel gets. The dither is a fixed pattern (Bayer, 8 x 8): what
// rests in a film gets the same colours in every frame and does not shimmer.
class PaletteDither {
 public:
  explicit PaletteDither(FilmPalette palette);
  std::uint8_t index(const std::uint8_t* rgb, int x, int y);
  // Black beyond the last colour.
  Rgb8 colour(int index) const {
    return index < int(palette_.colours.size()) ? palette_.colours[index] : Rgb8{};
  }

 private:
  FilmPalette palette_;
  std::array<int, 64> offsets_{};
  std::vector<std::int16_t> nearest_;  // by the upper six bits of each channel; -1: not yet known
};

}  // namespace portrait
