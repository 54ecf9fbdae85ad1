// SPDX-License-Identifier: Apache-2.0
#include "core/base/files.h"
#include "core/exporting/video_writer.h"
#include "tests/exporting/sample_film.h"

#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

class GifFilmTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void reads_back();
  void without_alpha_shows_the_background();
  void has_one_palette_and_loops();
  void still_film_does_not_shimmer();
  void clears_what_was_opaque();
  void times_add_up_data();
  void times_add_up();

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void GifFilmTest::reads_back() {
  write_film(path_ / "a.GIF", 12, 4, {.frames_per_second = 30});
  const VideoInfo info = inspect_video(path_ / "a.GIF");
  QCOMPARE(info.codec, std::string("gif"));
  QCOMPARE(info.frames, 12);
  QCOMPARE(info.width, 96);
  QCOMPARE(info.height, 80);
  QVERIFY(std::abs(info.duration_s - 0.4) < 1e-6);
  for (const int i : {0, 5, 11}) {
    const Image expected = disc_frame(96, 80, i, 4);
    const Image found = read_video_frame(path_ / "a.GIF", i);
    QVERIFY(colour_psnr(expected, found) > 38);
    QCOMPARE(alpha_gap(expected, found, true).largest, 0.0);
  }
}

void GifFilmTest::without_alpha_shows_the_background() {
  VideoWriter writer(path_ / "a.gif", {.background = {1, 0, 0}});
  writer.add(disc_frame(64, 64, 0, 3));
  writer.add(Image(64, 64, 4, 0.0F));
  writer.finish();
  const Image first = read_video_frame(path_ / "a.gif", 0);
  QVERIFY(colour_psnr(disc_frame(64, 64, 0, 3), first) > 38);
  const Image second = read_video_frame(path_ / "a.gif", 1);
  const float* red = second.at(20, 20);
  QCOMPARE(red[0], 1.0F);
  QCOMPARE(red[1], 0.0F);
  QCOMPARE(red[3], 1.0F);
}

void GifFilmTest::has_one_palette_and_loops() {
  for (const int channels : {3, 4}) {
    write_film(path_ / "a.gif", 9, channels);
    const GifBlocks blocks = gif_blocks(read_text_file(path_ / "a.gif"));
    QCOMPARE(blocks.frames, 9);
    // The film's own, and of the first frame a part of it that FFmpeg adds.
    QVERIFY(blocks.palettes <= 2);
    QCOMPARE(blocks.loops, 0);
    QCOMPARE(blocks.delay_cs, 30);
  }
}

void GifFilmTest::still_film_does_not_shimmer() {
  for (const int channels : {3, 4}) {
    VideoWriter writer(path_ / "a.gif");
    for (int i = 0; i < 6; ++i) writer.add(disc_frame(96, 80, 3, channels));
    writer.finish();
    const Image first = read_video_frame(path_ / "a.gif", 0);
    for (const int i : {1, 3, 5}) {
      QCOMPARE(read_video_frame(path_ / "a.gif", i).pixels, first.pixels);
    }
  }
}

void GifFilmTest::clears_what_was_opaque() {
  const Image opaque(64, 64, 4, 1.0F);
  VideoWriter writer(path_ / "a.gif");
  for (const int i : {0, 1, 2}) {
    writer.add(disc_frame(64, 64, i, 4));
    writer.add(opaque);
  }
  writer.finish();
  for (const int i : {0, 1, 2}) {
    const Image found = read_video_frame(path_ / "a.gif", 2 * i);
    QCOMPARE(alpha_gap(disc_frame(64, 64, i, 4), found, true).largest, 0.0);
    const Image white = read_video_frame(path_ / "a.gif", 2 * i + 1);
    QVERIFY(alpha_gap(opaque, white).mean < 1e-3);
    QVERIFY(colour_psnr(opaque, white) > 30);
  }
}

void GifFilmTest::times_add_up_data() {
  QTest::addColumn<double>("rate");
  QTest::addColumn<int>("frames");
  QTest::addColumn<int>("delay_cs");
  QTest::newRow("whole hundredths") << 25.0 << 10 << 40;
  QTest::newRow("thirds") << 30.0 << 90 << 300;
  QTest::newRow("sevenths") << 7.0 << 7 << 100;
  QTest::newRow("film") << 23.976 << 24 << 100;
  QTest::newRow("one a second") << 1.0 << 2 << 200;
  QTest::newRow("fastest") << 50.0 << 25 << 50;
  QTest::newRow("too fast plays slower") << 60.0 << 60 << 120;
}

void GifFilmTest::times_add_up() {
  QFETCH(double, rate);
  QFETCH(int, frames);
  QFETCH(int, delay_cs);
  write_film(path_ / "a.gif", frames, 4, {.frames_per_second = rate}, 16, 16);
  QCOMPARE(gif_blocks(read_text_file(path_ / "a.gif")).delay_cs, delay_cs);
  QVERIFY(std::abs(inspect_video(path_ / "a.gif").duration_s - delay_cs / 100.0) < 1e-6);
}

QTEST_GUILESS_MAIN(GifFilmTest)
#include "gif_film_test.moc"
