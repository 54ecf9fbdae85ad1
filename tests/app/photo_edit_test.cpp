// SPDX-License-Identifier: Apache-2.0
// What an artist says of a photo, with the pack that ships: another cut-out and another lens make
// another first head, a project keeps them, and `portrait replay` makes the same head of it.
#include "core/base/error.h"
#include "core/base/settings.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"
#include "core/photo/edited_matte.h"
#include "core/session/head_engine.h"
#include "core/session/pipeline_engine.h"
#include "tests/app/run_portrait.h"
#include "tests/support/sample_photo.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

const QString kPack = QStringLiteral(PORTRAIT_SOURCE_DIR "/resources/packs/compact");

PhotoInfo photo_of(const HeadEngine& engine) {
  Snapshot snapshot;
  engine.describe(snapshot);
  return *snapshot.photo;
}

bool never() {
  return false;
}

std::vector<float> front_of(HeadEngine& engine) {
  return engine.render(photo_of(engine).camera, false).rgba.pixels;
}

}  // namespace

class PhotoEditTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    photo_ = sample_photo();
    if (!QFile::exists(kPack + "/pack.json")) QSKIP("There is no pack in resources/packs/compact");
    if (!QFile::exists(photo_)) QSKIP("There is no sample photo (resources/samples)");
    Settings settings;
    settings.set("photo_fit.steps_max", std::int64_t{2});
    settings.set("geometry", false);
    settings.set("detail", false);
    options_.pack = kPack.toStdString();
    options_.settings = std::make_shared<const Settings>(settings);
  }

  void edits_make_another_head_and_are_kept() {
    const auto engine = opened();
    const PhotoInfo found = photo_of(*engine);
    const auto first = front_of(*engine);
    QVERIFY(!found.is_edited() && found.found_matte.empty());
    QCOMPARE(int(found.faces.size()), 1);
    QVERIFY(!found.overview.empty() && found.overview.width <= 520);
    QCOMPARE(found.field_of_view_source, FieldOfViewSource::kSolved);

    // The right half goes.
    auto half = std::make_shared<Image>(found.matte);
    for (int y = 0; y < half->height; ++y) {
      for (int x = half->width / 2; x < half->width; ++x) *half->at(x, y) = 0;
    }
    engine->edit_photo({{}, {}, half}, never);
    const PhotoInfo cut = photo_of(*engine);
    QVERIFY(cut.is_edited());
    QVERIFY(cut.found_matte.pixels == found.matte.pixels);
    QCOMPARE(*cut.matte.at(300, 256), 0.0F);
    QVERIFY(*cut.matte.at(200, 256) > 0.9F);
    const auto other = front_of(*engine);
    double difference = 0;
    for (std::size_t i = 0; i < first.size(); ++i) difference += std::abs(first[i] - other[i]);
    QVERIFY(difference / double(first.size()) > 0.02);

    // Another lens: the pose is solved again, and the cut-out moves along with the crop.
    engine->edit_photo({{}, 55.0, nullptr}, never);
    const PhotoInfo told = photo_of(*engine);
    QCOMPARE(told.field_of_view_source, FieldOfViewSource::kTold);
    QCOMPARE(told.field_of_view_deg, 55.0);
    QVERIFY(told.camera.focal_x < cut.camera.focal_x);
    QVERIFY(std::abs(matte_share(told.matte) / matte_share(cut.matte) - 1) < 0.15);
    QVERIFY(!told.found_matte.empty());
    QVERIFY(matte_share(told.found_matte) > 1.5 * matte_share(told.matte));

    engine->begin_run();
    while (!engine->step().finished) {
    }
    engine->end_run();
    engine->save_project(path("edited.portrait"));
    const RunResult replayed =
        run_portrait({"replay", folder_.filePath("edited.portrait"), "--json", "--pack", kPack});
    QVERIFY2(replayed.code == 0, qPrintable(replayed.err));
    const QJsonObject facts = QJsonDocument::fromJson(replayed.out.toUtf8()).object();
    QVERIFY(facts["same"].toBool() && facts["first_head_same"].toBool());
    QCOMPARE(facts["steps"].toInt(), 2);

    const auto again = make_pipeline_engine(options_);
    QVERIFY(!again->open_project(path("edited.portrait")));
    const PhotoInfo kept = photo_of(*again);
    QVERIFY(kept.matte.pixels == told.matte.pixels);
    QVERIFY(kept.found_matte.pixels == told.found_matte.pixels);
    QCOMPARE(kept.field_of_view_deg, 55.0);
    QCOMPARE(kept.faces.size(), told.faces.size());

    // Let go of both: all is as it was at first, of the very same photo.
    again->edit_photo({{}, 0.0, std::make_shared<const Image>()}, never);
    const PhotoInfo back = photo_of(*again);
    QVERIFY(!back.is_edited());
    QVERIFY(back.matte.pixels == found.matte.pixels);
    QVERIFY(front_of(*again) == first);
  }

  void another_face_is_another_head() {
    const Image one = read_image(photo_.toStdString()).image;
    Image two(2 * one.width, one.height, 3);
    for (int y = 0; y < two.height; ++y) {
      for (int x = 0; x < two.width; ++x) {
        // The right one is mirrored, so that the heads look to other sides.
        const int from = x < one.width ? x : two.width - 1 - x;
        std::copy_n(one.at(from, y), 3, two.at(x, y));
      }
    }
    write_image(path("two.png"), two);
    const auto engine = make_pipeline_engine(options_);
    engine->open_photo(path("two.png"), 1, never);
    const PhotoInfo left = photo_of(*engine);
    QCOMPARE(int(left.faces.size()), 2);
    QCOMPARE(left.face, 0);
    QVERIFY(left.faces[0].x + left.faces[0].width < 0.5 && left.faces[1].x > 0.5);
    auto half = std::make_shared<Image>(left.matte);
    std::fill(half->pixels.begin(), half->pixels.begin() + half->pixels.size() / 4, 0.0F);
    engine->edit_photo({{}, {}, half}, never);
    engine->edit_photo({2, {}, nullptr}, never);
    const PhotoInfo right = photo_of(*engine);
    QCOMPARE(right.face, 1);
    QVERIFY(right.crop_corners[0][0] > left.crop_corners[0][0] + 0.2);
    QVERIFY(right.found_matte.empty());  // what was painted was of the other
    QVERIFY(std::abs(right.viewpoint.azimuth_deg + left.viewpoint.azimuth_deg) < 8);
  }

  // The photo's file is gone: the project's copy serves.
  void edits_without_the_file() {
    const QString copy = folder_.filePath("photo.png");
    QVERIFY(QFile::copy(photo_, copy));
    const auto engine = make_pipeline_engine(options_);
    engine->open_photo(copy.toStdString(), 0, never);
    engine->save_project(path("alone.portrait"));
    QVERIFY(QFile::remove(copy));
    const auto again = make_pipeline_engine(options_);
    again->open_project(path("alone.portrait"));
    again->edit_photo({{}, 40.0, nullptr}, never);
    QCOMPARE(photo_of(*again).field_of_view_deg, 40.0);
    QCOMPARE(photo_of(*again).path.filename(), std::filesystem::path("photo.png"));
  }

  void what_cannot_be_leaves_the_head() {
    const auto engine = opened();
    const auto first = front_of(*engine);
    const auto refused = [&](const PhotoEdit& edit, ErrorCode code, const char* word) {
      try {
        engine->edit_photo(edit, never);
      } catch (const Error& error) {
        return error.code() == code && std::string(error.message()).find(word) != std::string::npos;
      }
      return false;
    };
    const auto empty = std::make_shared<Image>(512, 512, 1);
    QVERIFY(refused({{}, {}, empty}, ErrorCode::kBadInput, "Paint the head back in"));
    QVERIFY(refused({7, {}, nullptr}, ErrorCode::kBadUsage, "Face 7"));
    QVERIFY(refused({{}, 170.0, nullptr}, ErrorCode::kBadUsage, "field of view"));
    QVERIFY(front_of(*engine) == first);
    QVERIFY(!photo_of(*engine).is_edited());
  }

  void lens_of_the_command_line() {
    Settings settings = *options_.settings;
    settings.set("field_of_view", 48.0);
    SessionOptions options = options_;
    options.settings = std::make_shared<const Settings>(settings);
    const auto engine = make_pipeline_engine(options);
    engine->set_settings(options.settings);
    engine->open_photo(photo_.toStdString(), 0, never);
    QCOMPARE(photo_of(*engine).field_of_view_deg, 48.0);
    QCOMPARE(photo_of(*engine).field_of_view_source, FieldOfViewSource::kTold);
  }

 private:
  std::unique_ptr<HeadEngine> opened() {
    auto engine = make_pipeline_engine(options_);
    engine->open_photo(photo_.toStdString(), 0, never);
    return engine;
  }
  std::filesystem::path path(const char* name) const {
    return folder_.filePath(name).toStdString();
  }
  QString photo_;
  SessionOptions options_;
  QTemporaryDir folder_;
};

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::PhotoEditTest)
#include "photo_edit_test.moc"
