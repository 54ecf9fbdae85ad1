// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/nn/safetensors.h"
#include "core/training/portrait_cache.h"

#include "tests/training/head_data.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <span>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

class PortraitCacheTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  PortraitCacheOptions options_;

 private Q_SLOTS:
  void initTestCase() {
    options_.folder = fs::path(folder_.path().toStdString()) / "portraits";
    if (!use_head_data(options_)) QSKIP("The head model is not beside the project");
    options_.count = 2;
    options_.photos_per_subject = 2;
    fill_portrait_cache(options_, {});
    PortraitCacheOptions held_out = options_;
    held_out.held_out = true;
    held_out.count = 1;
    held_out.clean = false;
    fill_portrait_cache(held_out, {});
  }

  void training_and_held_out_people_are_told_apart() {
    QCOMPARE(list_portrait_cache(options_.folder, false).size(), std::size_t{2});
    QCOMPARE(list_portrait_cache(options_.folder, true).size(), std::size_t{1});
    QVERIFY(list_portrait_cache("/nowhere", false).empty());
  }

  void portraits_for_evaluation_alone_are_smaller() {
    const fs::path file = list_portrait_cache(options_.folder, true).front();
    const CachedPortrait portrait = read_portrait(file, 0);
    QCOMPARE(portrait.photo.width, kPortraitPx);
    QVERIFY(portrait.clean.pixels.empty());
    QVERIFY(fs::file_size(file) < 2 * 150'000);
  }

  void a_portrait_is_its_subject_over_a_background() {
    const fs::path file = list_portrait_cache(options_.folder, false).front();
    QCOMPARE(portraits_in(file), 2);
    QVERIFY(fs::file_size(file) < 2 * 400'000);
    for (int i = 0; i < 2; ++i) {
      const CachedPortrait portrait = read_portrait(file, i);
      QCOMPARE(portrait.photo.width, kPortraitPx);
      QCOMPARE(portrait.matte.channels, 1);
      double inside = 0, covered = 0, outside = 0, empty = 0;
      for (std::size_t p = 0; p < portrait.matte.pixels.size(); ++p) {
        const float alpha = portrait.matte.pixels[p];
        QVERIFY(alpha >= 0 && alpha <= 1);
        const double difference = std::abs(portrait.photo.pixels[3 * p + 1] -
                                           portrait.clean.pixels[3 * p + 1]);
        if (alpha > 0.99F) {
          inside += difference;
          ++covered;
        } else if (alpha == 0) {
          outside += difference;
          ++empty;
        }
      }
      QVERIFY(covered > 0.1 * 512 * 512 && empty > 0.02 * 512 * 512);
      QVERIFY2(inside / covered < 0.2, "the camera's faults alone");
      QVERIFY2(outside / empty < 0.02, "the photo itself");
      // The middle of the face is covered.
      double x = 0, y = 0;
      for (const auto& p : portrait.landmarks) {
        x += p[0] / 68;
        y += p[1] / 68;
      }
      QVERIFY(x > 0 && x < 512 && y > 0 && y < 512);
      QVERIFY(*portrait.matte.at(int(x), int(y)) > 0.9F);
      QVERIFY(portrait.camera[12] > 0);  // focal length
      QCOMPARE(read_portrait_photo(file, i).pixels, portrait.photo.pixels);
    }
  }

  void what_is_there_is_not_drawn_again() {
    const fs::path file = list_portrait_cache(options_.folder, false).front();
    const auto written = fs::last_write_time(file);
    fill_portrait_cache(options_, {});
    QVERIFY(fs::last_write_time(file) == written);
  }

  void another_file_is_refused() {
    const fs::path file = fs::path(folder_.path().toStdString()) / "portrait_000000.safetensors";
    const std::vector<float> values(4, 0.0F);
    save_safetensors(file, {{"x", DType::kF32, {4}, std::as_bytes(std::span(values))}});
    QVERIFY_THROWS_EXCEPTION(Error, portraits_in(file));
    QVERIFY_THROWS_EXCEPTION(Error, read_portrait(file, 0));
  }
};

QTEST_GUILESS_MAIN(PortraitCacheTest)
#include "portrait_cache_test.moc"
