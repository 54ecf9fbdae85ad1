// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/film_palette.h"

#include "core/base/error.h"

#include <QtTest>

#include <cmath>
#include <set>

using namespace portrait;

namespace {

// All greys, and all reds twice as often.
ColourHistogram ramps() {
  ColourHistogram histogram;
  for (int i = 0; i < 256; ++i) {
    const auto level = std::uint8_t(i);
    const std::uint8_t grey[] = {level, level, level};
    const std::uint8_t red[] = {level, 20, 20};
    histogram.add(grey);
    histogram.add(red);
    histogram.add(red);
  }
  return histogram;
}

}  // namespace

class FilmPaletteTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void few_colours_are_kept();
  void nothing_seen_has_a_colour();
  void more_colours_err_less();
  void dither_keeps_the_mean();
  void dither_rests_when_nothing_is_lost();
  void bad_numbers_are_refused();
};

void FilmPaletteTest::few_colours_are_kept() {
  ColourHistogram histogram;
  const std::set<Rgb8> colours{{10, 20, 30}, {200, 100, 50}, {255, 255, 255}, {0, 0, 0}};
  for (const Rgb8& colour : colours) {
    for (int i = 0; i < 1 + colour[0]; ++i) histogram.add(colour.data());
  }
  const FilmPalette palette = make_palette(histogram, 255);
  QCOMPARE(std::set<Rgb8>(palette.colours.begin(), palette.colours.end()), colours);
  QCOMPARE(palette.step, 0.0);
}

void FilmPaletteTest::nothing_seen_has_a_colour() {
  QCOMPARE(make_palette(ColourHistogram(), 255).colours.size(), std::size_t(1));
}

void FilmPaletteTest::more_colours_err_less() {
  double step = 1000;
  for (const int colours : {1, 4, 16, 60}) {
    const FilmPalette palette = make_palette(ramps(), colours);
    QCOMPARE(int(palette.colours.size()), colours);
    QVERIFY(palette.step < step);
    step = palette.step;
  }
  QCOMPARE(make_palette(ramps(), 20).colours, make_palette(ramps(), 20).colours);
}

void FilmPaletteTest::dither_keeps_the_mean() {
  ColourHistogram histogram;
  for (int i = 0; i < 256; ++i) {
    const std::uint8_t grey[] = {std::uint8_t(i), std::uint8_t(i), std::uint8_t(i)};
    histogram.add(grey);
  }
  const FilmPalette palette = make_palette(histogram, 2);
  QVERIFY(std::abs(palette.step - 128) < 2);
  PaletteDither dither(palette);
  for (int level = 70; level <= 186; ++level) {
    const std::uint8_t grey[] = {std::uint8_t(level), std::uint8_t(level), std::uint8_t(level)};
    double sum = 0;
    for (int i = 0; i < 64; ++i) {
      sum += dither.colour(dither.index(grey, i % 8 + 16, i / 8 + 8))[1];
    }
    QVERIFY2(std::abs(sum / 64 - level) < 4, qPrintable(QString::number(sum / 64 - level)));
  }
  const std::uint8_t middle[] = {128, 128, 128};
  for (int i = 0; i < 64; ++i) {
    QVERIFY(dither.index(middle, i, 3) != dither.index(middle, i + 1, 3));
    QVERIFY(dither.index(middle, 3, i) != dither.index(middle, 3, i + 1));
  }
}

void FilmPaletteTest::dither_rests_when_nothing_is_lost() {
  ColourHistogram histogram;
  const std::uint8_t near[] = {100, 100, 100};
  const std::uint8_t far[] = {120, 100, 100};
  histogram.add(near);
  histogram.add(far);
  PaletteDither dither(make_palette(histogram, 255));
  for (int i = 0; i < 64; ++i) {
    QCOMPARE(dither.colour(dither.index(near, i % 8, i / 8)), (Rgb8{100, 100, 100}));
    QCOMPARE(dither.colour(dither.index(far, i % 8, i / 8)), (Rgb8{120, 100, 100}));
  }
  QCOMPARE(dither.colour(254), Rgb8{});
}

void FilmPaletteTest::bad_numbers_are_refused() {
  QVERIFY_EXCEPTION_THROWN(make_palette(ramps(), 0), Error);
  QVERIFY_EXCEPTION_THROWN(make_palette(ramps(), 257), Error);
}

QTEST_GUILESS_MAIN(FilmPaletteTest)
#include "film_palette_test.moc"
