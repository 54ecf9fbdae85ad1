// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/film_check.h"
#include "core/exporting/spread_colour.h"
#include "core/exporting/turntable.h"
#include "core/exporting/video_writer.h"
#include "tests/exporting/failing_child.h"
#include "tests/exporting/file_checks.h"
#include "tests/exporting/sample_film.h"

#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

Image noise(int size, int seed) {
  Image image(size, size, 3);
  for (std::size_t p = 0; p < image.pixels.size(); ++p) {
    image.pixels[p] = float((p * 2654435761U + unsigned(seed) * 977U) >> 7 & 255U) / 255;
  }
  return image;
}

}  // namespace

class FilmTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void webm_keeps_alpha();
  void webm_without_alpha();
  void webm_colour_is_straight();
  void webm_crf_0_is_lossless_in_alpha();
  void crf_trades_size();
  void what_reads_back_wrong_is_refused();
  void odd_sizes();
  void one_frame_and_clear_frames();
  void same_frames_same_bytes();
  void other_sizes_and_names_are_refused();
  void missing_encoder_is_said();
  void unfinished_leaves_nothing();
  void full_disk_leaves_the_old_file();
  void colour_spreads_under_clear_pixels();
  void turntables_are_named_by_extension();

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void FilmTest::webm_keeps_alpha() {
  write_film(path_ / "a.webm", 12, 4, {.frames_per_second = 24});
  const VideoInfo info = inspect_video(path_ / "a.webm");
  QCOMPARE(info.codec, std::string("vp9"));
  QCOMPARE(info.frames, 12);
  QCOMPARE(info.width, 96);
  QCOMPARE(info.height, 80);
  QVERIFY(info.alpha);
  QVERIFY(std::abs(info.duration_s - 0.5) < 0.01);
  for (const int i : {0, 5, 11}) {
    const Image expected = disc_frame(96, 80, i, 4);
    const Image found = read_video_frame(path_ / "a.webm", i);
    QCOMPARE(found.channels, 4);
    QVERIFY(colour_psnr(expected, found) > 35);
    QVERIFY(alpha_gap(expected, found).mean < 0.01);
    QVERIFY(alpha_gap(expected, found).largest < 0.2);
  }
  QCOMPARE(names_in(path_), std::set<std::string>{"a.webm"});
}

void FilmTest::webm_without_alpha() {
  write_film(path_ / "a.webm", 8, 3, {.frames_per_second = 25});
  const VideoInfo info = inspect_video(path_ / "a.webm");
  QVERIFY(!info.alpha);
  QCOMPARE(info.frames, 8);
  QVERIFY(std::abs(info.duration_s - 0.32) < 0.01);
  const Image found = read_video_frame(path_ / "a.webm", 7);
  QCOMPARE(found.channels, 3);
  QVERIFY(colour_psnr(disc_frame(96, 80, 7, 3), found) > 35);
}

void FilmTest::webm_colour_is_straight() {
  Image half(64, 64, 4, 0.5F);
  for (std::size_t i = 0; i < half.pixels.size(); i += 4) half.pixels[i] = 0.9F;
  VideoWriter writer(path_ / "a.webm", {.background = {0, 1, 0}});
  writer.add(half);
  writer.finish();
  const Image found = read_video_frame(path_ / "a.webm", 0);
  QVERIFY(std::abs(found.at(32, 32)[0] - 0.9F) < 0.02F);
  QVERIFY(std::abs(found.at(32, 32)[1] - 0.5F) < 0.02F);
  QVERIFY(std::abs(found.at(32, 32)[3] - 0.5F) < 0.02F);
}

void FilmTest::webm_crf_0_is_lossless_in_alpha() {
  write_film(path_ / "a.webm", 4, 4, {.crf = 0});
  const AlphaGap gap = alpha_gap(disc_frame(96, 80, 3, 4), read_video_frame(path_ / "a.webm", 3));
  QVERIFY(gap.largest <= 0.5 / 255 + 1e-6);
}

void FilmTest::crf_trades_size() {
  for (const int channels : {3, 4}) {
    write_film(path_ / "fine.webm", 10, channels, {.crf = 10});
    write_film(path_ / "coarse.webm", 10, channels, {.crf = 51});
    QVERIFY(2 * fs::file_size(path_ / "coarse.webm") < fs::file_size(path_ / "fine.webm"));
  }
}

void FilmTest::what_reads_back_wrong_is_refused() {
  write_film(path_ / "with.webm", 6, 4);
  write_film(path_ / "without.webm", 6, 3);
  FilmPromise promise{.width = 96, .height = 80, .frames = 6, .duration_s = 0.2, .slack_s = 0.03};
  verify_film(path_ / "without.webm", promise);
  promise.first_alpha = frame_alpha(disc_frame(96, 80, 0, 4));
  verify_film(path_ / "with.webm", promise);
  const auto refused = [&](const char* name, const FilmPromise& wrong) {
    return message_of(ErrorCode::kIo, [&] { verify_film(path_ / name, wrong); });
  };
  QVERIFY(refused("without.webm", promise).contains("alpha"));
  promise.first_alpha = frame_alpha(disc_frame(96, 80, 25, 4));  // the disc is elsewhere
  QVERIFY(refused("with.webm", promise).contains("alpha"));
  QVERIFY(refused("with.webm", {96, 80, 7, 0.2, 0.03}).contains("reads back as 6 frames"));
  QVERIFY(refused("with.webm", {96, 80, 6, 0.3, 0.03}).contains("0.300 s"));
  QVERIFY(refused("with.webm", {80, 96, 6, 0.2, 0.03}).contains("80 x 96"));
}

void FilmTest::odd_sizes() {
  for (const int channels : {3, 4}) {
    write_film(path_ / "a.webm", 3, channels, {}, 65, 33);
    QCOMPARE(inspect_video(path_ / "a.webm").width, 66);
    QCOMPARE(inspect_video(path_ / "a.webm").height, 34);
    QVERIFY(colour_psnr(disc_frame(65, 33, 2, channels), read_video_frame(path_ / "a.webm", 2)) >
            30);
    write_film(path_ / "a.gif", 3, channels, {}, 65, 33);
    QCOMPARE(inspect_video(path_ / "a.gif").width, 65);
    QCOMPARE(inspect_video(path_ / "a.gif").height, 33);
  }
}

void FilmTest::one_frame_and_clear_frames() {
  for (const char* name : {"a.webm", "a.gif"}) {
    write_film(path_ / name, 1, 4);
    QCOMPARE(inspect_video(path_ / name).frames, 1);
    VideoWriter writer(path_ / name);
    for (int i = 0; i < 3; ++i) writer.add(Image(32, 32, 4, 0.0F));
    writer.finish();
    QCOMPARE(read_video_frame(path_ / name, 2).at(16, 16)[3], 0.0F);
  }
}

void FilmTest::same_frames_same_bytes() {
  for (const std::string extension : {".webm", ".gif"}) {
    for (const int channels : {3, 4}) {
      write_film(path_ / ("a" + extension), 10, channels, {}, 320, 256);
      write_film(path_ / ("b" + extension), 10, channels, {}, 320, 256);
      QVERIFY(read_text_file(path_ / ("a" + extension)) ==
              read_text_file(path_ / ("b" + extension)));
    }
  }
}

void FilmTest::other_sizes_and_names_are_refused() {
  for (const char* name : {"a.webm", "a.gif"}) {
    VideoWriter writer(path_ / name);
    writer.add(disc_frame(64, 64, 0, 4));
    const QString said =
        message_of(ErrorCode::kBadUsage, [&] { writer.add(disc_frame(64, 62, 0, 4)); });
    QVERIFY(said.contains("64 x 62"));
    QVERIFY_EXCEPTION_THROWN(VideoWriter(path_ / name).finish(), Error);
  }
  QVERIFY(names_in(path_).empty());
  for (const char* name : {"a.avi", "a", ".gif"}) {
    const QString said = message_of(ErrorCode::kBadUsage, [&] { VideoWriter w(path_ / name); });
    QVERIFY2(said.contains(".webm"), name);
  }
}

void FilmTest::missing_encoder_is_said() {
  for (const char* encoder : {"no_such_encoder", "libx264"}) {
    const QString said = message_of(ErrorCode::kUnsupported, [&] {
      VideoWriter(path_ / "a.webm", {.encoder = encoder}).add(disc_frame(64, 64, 0, 4));
    });
    QVERIFY(said.contains("libavcodec59"));
    QVERIFY(said.contains("PNG sequence"));
  }
  QVERIFY(names_in(path_).empty());
}

void FilmTest::unfinished_leaves_nothing() {
  for (const char* name : {"a.webm", "a.gif"}) {
    write_text_file(path_ / name, "old");
    VideoWriter(path_ / name).add(disc_frame(64, 64, 0, 4));
    QCOMPARE(read_text_file(path_ / name), std::string("old"));
  }
  QCOMPARE(names_in(path_).size(), std::size_t(2));
}

void FilmTest::full_disk_leaves_the_old_file() {
  for (const char* name : {"a.webm", "a.gif"}) {
    write_text_file(path_ / name, "old");
    const std::string outcome = must_fail_with_io(
        Hardship::kFullDisk,
        [&] {
          VideoWriter writer(path_ / name, {.crf = 0});
          for (int i = 0; i < 20; ++i) writer.add(noise(128, i));
          writer.finish();
        },
        20000);
    QCOMPARE(outcome, std::string());
    QCOMPARE(read_text_file(path_ / name), std::string("old"));
  }
  QCOMPARE(names_in(path_).size(), std::size_t(2));
}

void FilmTest::colour_spreads_under_clear_pixels() {
  Image frame(7, 5, 4, 0.0F);
  std::fill_n(frame.at(2, 2), 4, 0.5F);
  const Image colour = spread_colour(frame);
  QCOMPARE(colour.channels, 3);
  for (const float value : colour.pixels) QCOMPARE(value, 0.5F);
  const Image clear = spread_colour(Image(7, 5, 4, 0.0F));
  QCOMPARE(*std::max_element(clear.pixels.begin(), clear.pixels.end()), 0.0F);
}

void FilmTest::turntables_are_named_by_extension() {
  for (const char* name : {"t.webm", "t.gif"}) {
    turntable({.frames = 5, .mp4 = path_ / name},
              [](double, double) { return disc_frame(48, 48, 1, 4); });
    QCOMPARE(inspect_video(path_ / name).frames, 5);
  }
}

QTEST_GUILESS_MAIN(FilmTest)
#include "film_test.moc"
