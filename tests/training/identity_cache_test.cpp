// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/training/identity_alignment.h"
#include "core/training/identity_batch.h"
#include "core/training/identity_drawing.h"

#include "tests/training/head_data.h"
#include "tests/training/painted_people.h"

#include <QtTest>

#include <cmath>
#include <map>

using namespace portrait;
namespace fs = std::filesystem;

class IdentityCacheTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    write_painted_people(root_ / "painted", 5);
  }

  void the_template_is_found_again_wherever_the_face_is() {
    // A face at the template's points, turned by 0.3, three times as large and moved.
    const double c = 3 * std::cos(0.3), s = 3 * std::sin(0.3);
    Affine2 photo_from_template;
    photo_from_template << c, -s, 40, s, c, -7;
    Points2 points(kLandmarkCount, Eigen::Vector2d::Zero());
    const auto put = [&](int index, int place) {
      const auto& at = kFaceTemplate[std::size_t(place)];
      points[std::size_t(index)] = apply(photo_from_template, {at[0], at[1]});
    };
    for (int k = 36; k < 42; ++k) put(k, 0);
    for (int k = 42; k < 48; ++k) put(k, 1);
    put(30, 2);
    put(48, 3);
    put(54, 4);
    QVERIFY((photo_from_face(points) - photo_from_template).cwiseAbs().maxCoeff() < 1e-9);
    // With a margin the same place lies so many pixels further in.
    const Eigen::Vector2d nose(kFaceTemplate[2][0] + 16, kFaceTemplate[2][1] + 16);
    QVERIFY((apply(photo_from_face(points, 16), nose) - points[30]).norm() < 1e-9);
    // Least squares: what is wrong by turns with opposite sign moves nothing.
    points[48] += Eigen::Vector2d(4, 0);
    points[54] -= Eigen::Vector2d(4, 0);
    const Affine2 moved = photo_from_face(points);
    QVERIFY(std::abs(scale_of(moved) - 3) > 1e-3);
    double before = 0, after = 0;
    const std::array<Eigen::Vector2d, 5> found = {
        eye_centre(points, true), eye_centre(points, false), points[30], points[48], points[54]};
    for (std::size_t i = 0; i < 5; ++i) {
      const Eigen::Vector2d at(kFaceTemplate[i][0], kFaceTemplate[i][1]);
      before += (apply(photo_from_template, at) - found[i]).squaredNorm();
      after += (apply(moved, at) - found[i]).squaredNorm();
    }
    QVERIFY(after < before);
  }

  void another_day_keeps_who_it_is() {
    SynthOptions options;
    const SubjectRecipe first = recipe_on_occasion(7, options, 0);
    const SubjectRecipe second = recipe_on_occasion(7, options, 1);
    QCOMPARE(first.identity, draw_recipe(7, options).identity);
    QCOMPARE(second.identity, first.identity);
    QCOMPARE(second.noise_seed, first.noise_seed);
    QCOMPARE(second.skin.melanin, first.skin.melanin);
    QCOMPARE(second.hair.mesh, first.hair.mesh);
    QCOMPARE(second.hair.length_cm, first.hair.length_cm);
    QVERIFY(second.light.ambient != first.light.ambient);
    QVERIFY(second.cloth.colour != first.cloth.colour);
    QVERIFY(second.posture.yaw_deg != first.posture.yaw_deg);
    QVERIFY(recipe_on_occasion(7, options, 2).light.ambient != second.light.ambient);
    QVERIFY(recipe_on_occasion(8, options, 1).identity != second.identity);
  }

  void files_are_read_back_and_others_refused() {
    IdentityFaces faces;
    for (const auto& file : list_identity_cache(root_ / "painted", false)) {
      append_identity_faces(file, faces);
    }
    QCOMPARE(faces.people(), 5);
    QCOMPARE(faces.count(), 15);
    QCOMPARE(faces.person[14], 4);
    QCOMPARE(faces.azimuth_deg[2], -40.0F);
    QCOMPARE(list_identity_cache(root_ / "painted", true).size(), std::size_t{2});
    const fs::path other = root_ / "identity_000000.safetensors";
    const std::vector<float> numbers = {1};
    save_safetensors(other, {{"numbers", DType::kF32, {1}, std::as_bytes(std::span(numbers))}});
    QVERIFY_THROWS_EXCEPTION(Error, append_identity_faces(other, faces));
    QCOMPARE(faces.people(), 5);
  }

  void the_plain_face_is_the_middle_of_the_cached_one() {
    IdentityFaces faces;
    append_identity_faces(list_identity_cache(root_ / "painted", false)[1], faces);
    const Tensor face = plain_face(faces, 2);
    QCOMPARE(face.sizes().vec(), (std::vector<std::int64_t>{3, 112, 112}));
    const std::uint8_t* pixel = faces.face(2) + ((16 + 30) * kIdentityCachePx + 16 + 50) * 3;
    for (int c = 0; c < 3; ++c) {
      QVERIFY(std::abs(face[c][30][50].item<double>() - pixel[c] / 255.0) < 1e-6);
    }
  }

  void a_batch_has_photos_of_as_many_people_and_is_of_its_key() {
    IdentityFaces faces;
    for (const auto& file : list_identity_cache(root_ / "painted", false)) {
      append_identity_faces(file, faces);
    }
    const RandomKey key{1, random_purpose("identity cache test"), 0, 0};
    const IdentityBatch batch = draw_identity_batch(faces, 4, 2, key);
    QCOMPARE(batch.pictures.sizes().vec(), (std::vector<std::int64_t>{8, 3, 112, 112}));
    QVERIFY(batch.pictures.min().item<double>() >= 0 && batch.pictures.max().item<double>() <= 1);
    std::map<std::int64_t, int> photos;
    for (std::int64_t i = 0; i < 8; ++i) ++photos[batch.person[i].item<std::int64_t>()];
    QCOMPARE(photos.size(), std::size_t{4});
    for (const auto& [person, count] : photos) QCOMPARE(count, 2);
    QVERIFY(at::equal(draw_identity_batch(faces, 4, 2, key).pictures, batch.pictures));
    RandomKey next = key;
    next.step = 1;
    QVERIFY(!at::equal(draw_identity_batch(faces, 4, 2, next).pictures, batch.pictures));
    QVERIFY_THROWS_EXCEPTION(Error, draw_identity_batch(faces, 6, 2, key));
    QVERIFY_THROWS_EXCEPTION(Error, draw_identity_batch(faces, 2, 4, key));
  }

  void faces_are_drawn_with_the_eyes_at_their_places() {
    IdentityCacheOptions options;
    options.folder = root_ / "drawn";
    if (!use_head_data(options)) QSKIP("The head model is not beside the project");
    options.count = 1;
    options.occasions = 2;
    options.photos_per_occasion = 1;
    options.held_out = true;
    fill_identity_cache(options, {});
    IdentityFaces faces;
    append_identity_faces(list_identity_cache(options.folder, true).at(0), faces);
    QCOMPARE(faces.count(), 2);
    QVERIFY(!at::equal(plain_face(faces, 0), plain_face(faces, 1)));
    for (int i = 0; i < 2; ++i) {
      QVERIFY(std::abs(faces.azimuth_deg[std::size_t(i)]) <= 70);
      QVERIFY(plain_face(faces, i).std().item<double>() > 0.03);
    }
  }
};

QTEST_GUILESS_MAIN(IdentityCacheTest)
#include "identity_cache_test.moc"
