// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/turntable.h"
#include "core/exporting/video_writer.h"
#include "core/image/read_image.h"
#include "tests/exporting/failing_child.h"

#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

Image flat(int width, int height, float r, float g, float b) {
  Image image(width, height, 3);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    image.pixels[i] = r;
    image.pixels[i + 1] = g;
    image.pixels[i + 2] = b;
  }
  return image;
}

Image half_clear(int size) {
  Image image(size, size, 4, 1.0F);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size / 2; ++x) image.at(x, y)[3] = 0;
  }
  return image;
}

std::array<double, 3> mean_colour(const Image& image) {
  std::array<double, 3> mean{};
  for (std::size_t i = 0; i < image.pixels.size(); ++i) mean[i % 3] += image.pixels[i];
  for (double& m : mean) m /= double(image.pixels.size()) / 3;
  return mean;
}

}  // namespace

class VideoTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void mp4_reads_back();
  void index_is_at_the_front();
  void odd_sizes_become_even();
  void alpha_shows_the_background();
  void frames_of_another_size_are_refused();
  void no_encoder_is_said();
  void unfinished_leaves_nothing();
  void full_disk_leaves_the_old_file();
  void folder_without_rights();
  void damaged_video_is_refused();
  void azimuths_go_round();
  void turntable_writes_both();
  void turntable_stops_clean();
  void shorter_sequence_replaces_longer();

 private:
  int entries() const {
    return int(std::distance(fs::directory_iterator(path_), fs::directory_iterator{}));
  }

  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void VideoTest::mp4_reads_back() {
  VideoWriter writer(path_ / "a.mp4", {.frames_per_second = 24});
  for (int i = 0; i < 12; ++i) writer.add(flat(96, 64, 0.8F, 0.3F, 0.1F + 0.05F * float(i)));
  QCOMPARE(writer.frames(), 12);
  writer.finish();
  const VideoInfo info = inspect_video(path_ / "a.mp4");
  QCOMPARE(info.width, 96);
  QCOMPARE(info.height, 64);
  QCOMPARE(info.frames, 12);
  QCOMPARE(info.codec, std::string("h264"));
  QVERIFY(std::abs(info.duration_s - 0.5) < 0.01);
  const auto first = mean_colour(read_video_frame(path_ / "a.mp4", 0));
  QVERIFY(std::abs(first[0] - 0.8) < 0.015);
  QVERIFY(std::abs(first[1] - 0.3) < 0.015);
  QVERIFY(std::abs(first[2] - 0.1) < 0.02);
  QVERIFY(std::abs(mean_colour(read_video_frame(path_ / "a.mp4", 11))[2] - 0.65) < 0.02);
  QVERIFY_EXCEPTION_THROWN(read_video_frame(path_ / "a.mp4", 12), Error);
  QCOMPARE(entries(), 1);
}

void VideoTest::index_is_at_the_front() {
  VideoWriter writer(path_ / "a.mp4");
  for (int i = 0; i < 4; ++i) writer.add(flat(64, 64, 0.5F, 0.5F, 0.5F));
  writer.finish();
  const std::string file = read_text_file(path_ / "a.mp4");
  QVERIFY(file.find("moov") < file.find("mdat"));
}

void VideoTest::odd_sizes_become_even() {
  VideoWriter writer(path_ / "a.mp4");
  for (int i = 0; i < 3; ++i) writer.add(flat(65, 33, 0.2F, 0.4F, 0.6F));
  writer.finish();
  const VideoInfo info = inspect_video(path_ / "a.mp4");
  QCOMPARE(info.width, 66);
  QCOMPARE(info.height, 34);
}

void VideoTest::alpha_shows_the_background() {
  VideoWriter writer(path_ / "a.mp4", {.background = {1, 0, 0}});
  writer.add(half_clear(64));
  writer.finish();
  const Image frame = read_video_frame(path_ / "a.mp4", 0);
  QVERIFY(std::abs(frame.at(8, 32)[0] - 1.0F) < 0.03F);
  QVERIFY(std::abs(frame.at(8, 32)[1] - 0.0F) < 0.03F);
  QVERIFY(std::abs(frame.at(56, 32)[1] - 1.0F) < 0.03F);
}

void VideoTest::frames_of_another_size_are_refused() {
  VideoWriter writer(path_ / "a.mp4");
  writer.add(flat(64, 64, 0, 0, 0));
  QVERIFY_EXCEPTION_THROWN(writer.add(flat(64, 62, 0, 0, 0)), Error);
  QVERIFY_EXCEPTION_THROWN(writer.add(Image(64, 64, 1)), Error);
  QVERIFY_EXCEPTION_THROWN(VideoWriter(path_ / "b.mp4").finish(), Error);
  QVERIFY_EXCEPTION_THROWN(VideoWriter(path_ / "b.mp4", {.crf = 99}), Error);
}

void VideoTest::no_encoder_is_said() {
  VideoWriter writer(path_ / "a.mp4", {.encoder = "no_such_encoder"});
  try {
    writer.add(flat(64, 64, 0, 0, 0));
    QFAIL("an encoder that does not exist was opened");
  } catch (const Error& error) {
    QCOMPARE(error.code(), ErrorCode::kUnsupported);
    QVERIFY(QString(error.what()).contains("libx264"));
  }
  QCOMPARE(entries(), 0);
}

void VideoTest::unfinished_leaves_nothing() {
  write_text_file(path_ / "a.mp4", "old");
  {
    VideoWriter writer(path_ / "a.mp4");
    writer.add(flat(64, 64, 0, 0, 0));
  }
  QCOMPARE(read_text_file(path_ / "a.mp4"), std::string("old"));
  QCOMPARE(entries(), 1);
}

void VideoTest::full_disk_leaves_the_old_file() {
  write_text_file(path_ / "a.mp4", "old");
  const std::string outcome = must_fail_with_io(
      Hardship::kFullDisk,
      [&] {
        VideoWriter writer(path_ / "a.mp4", {.crf = 0});
        for (int i = 0; i < 20; ++i) {
          Image noisy(128, 128, 3);
          for (std::size_t p = 0; p < noisy.pixels.size(); ++p) {
            noisy.pixels[p] = float((p * 2654435761U + i * 977U) >> 7 & 255U) / 255;
          }
          writer.add(noisy);
        }
        writer.finish();
      },
      20000);
  QCOMPARE(outcome, std::string());
  QCOMPARE(read_text_file(path_ / "a.mp4"), std::string("old"));
  QCOMPARE(entries(), 1);
}

void VideoTest::folder_without_rights() {
  fs::permissions(path_, fs::perms(0555));
  const std::string outcome = must_fail_with_io(Hardship::kNoRights, [&] {
    VideoWriter writer(path_ / "a.mp4");
    writer.add(flat(64, 64, 0, 0, 0));
  });
  const std::string sequence = must_fail_with_io(Hardship::kNoRights, [&] {
    turntable({.frames = 2, .png_folder = path_ / "frames"},
              [](double, double) { return flat(8, 8, 0, 0, 0); });
  });
  fs::permissions(path_, fs::perms(0755));
  QCOMPARE(outcome, std::string());
  QCOMPARE(sequence, std::string());
  QCOMPARE(entries(), 0);
}

void VideoTest::damaged_video_is_refused() {
  write_text_file(path_ / "a.mp4", "this is no video");
  QVERIFY_EXCEPTION_THROWN(inspect_video(path_ / "a.mp4"), Error);
  QVERIFY_EXCEPTION_THROWN(inspect_video(path_ / "none.mp4"), Error);
}

void VideoTest::azimuths_go_round() {
  const TurntableOptions steady{.frames = 90};
  QCOMPARE(turntable_azimuth(steady, 0), 0.0);
  QCOMPARE(turntable_azimuth(steady, 45), 180.0);
  QCOMPARE(turntable_azimuth(steady, 89), 356.0);
  const TurntableOptions eased{
      .frames = 61, .start_azimuth_deg = -90, .sweep_deg = 180, .ease = true};
  QCOMPARE(turntable_azimuth(eased, 0), -90.0);
  QCOMPARE(turntable_azimuth(eased, 30), 0.0);
  QCOMPARE(turntable_azimuth(eased, 60), 90.0);
  QVERIFY(turntable_azimuth(eased, 1) + 90 < 1);  // slow at the start
}

void VideoTest::turntable_writes_both() {
  std::vector<double> azimuths;
  std::vector<int> done;
  const TurntableResult result = turntable(
      {.frames = 8, .elevation_deg = 12, .mp4 = path_ / "t.mp4", .png_folder = path_ / "frames"},
      [&](double azimuth, double elevation) {
        azimuths.push_back(azimuth);
        return elevation == 12 ? half_clear(64) : Image();
      },
      [&](int i, int total) { done.push_back(100 * i / total); });
  QVERIFY(result.completed);
  QCOMPARE(result.frames, 8);
  QCOMPARE(azimuths[2], 90.0);
  QCOMPARE(done.back(), 100);
  QCOMPARE(inspect_video(path_ / "t.mp4").frames, 8);
  QCOMPARE(entries(), 2);
  const Image png = read_image(path_ / "frames" / "frame_0007.png").image;
  QCOMPARE(png.channels, 4);
  QCOMPARE(png.at(8, 8)[3], 0.0F);
  QCOMPARE(png.at(56, 8)[3], 1.0F);
  QVERIFY(!fs::exists(path_ / "frames" / "frame_0008.png"));
}

void VideoTest::turntable_stops_clean() {
  write_text_file(path_ / "t.mp4", "old");
  std::stop_source stop;
  const TurntableResult result = turntable(
      {.frames = 8, .mp4 = path_ / "t.mp4", .png_folder = path_ / "frames"},
      [&](double, double) { return half_clear(32); },
      [&](int i, int) {
        if (i == 3) stop.request_stop();
      },
      stop.get_token());
  QVERIFY(!result.completed);
  QCOMPARE(result.frames, 3);
  QCOMPARE(read_text_file(path_ / "t.mp4"), std::string("old"));
  QCOMPARE(entries(), 1);
}

void VideoTest::shorter_sequence_replaces_longer() {
  const auto write = [&](int frames) {
    turntable({.frames = frames, .png_folder = path_ / "frames"},
              [](double, double) { return flat(8, 8, 0, 0, 0); });
  };
  write(5);
  write_text_file(path_ / "frames" / "notes.txt", "mine");
  write(3);
  QVERIFY(fs::exists(path_ / "frames" / "frame_0002.png"));
  QVERIFY(!fs::exists(path_ / "frames" / "frame_0003.png"));
  QVERIFY(!fs::exists(path_ / "frames" / "frame_0004.png"));
  QCOMPARE(read_text_file(path_ / "frames" / "notes.txt"), std::string("mine"));
}

QTEST_GUILESS_MAIN(VideoTest)
#include "video_test.moc"
