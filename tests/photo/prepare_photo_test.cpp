// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/prepared_photo.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/image/colour.h"
#include "core/image/filters.h"
#include "core/image/read_image.h"
#include "core/image/resample.h"
#include "core/image/write_image.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmark_net.h"
#include "tests/image/test_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

fs::path astronaut_path() {
  const fs::path ours = fs::path(PORTRAIT_SOURCE_DIR) / "../shared/data/photos/astronaut.png";
  if (fs::exists(ours)) return ours;
  // Debian's python3-imageio and python3-skimage carry the same picture.
  for (const char* folder : {"/usr/lib/python3/dist-packages/imageio/resources/images",
                             "/usr/lib/python3/dist-packages/skimage/data"}) {
    if (fs::exists(fs::path(folder) / "astronaut.png")) return fs::path(folder) / "astronaut.png";
  }
  return {};
}

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kInternal, "nothing was thrown");
}

bool has(const PreparedPhoto& photo, const std::string& code) {
  for (const Finding& finding : photo.findings) {
    if (finding.code == code) return true;
  }
  return false;
}

Image part(const Image& image, int x0, int y0, int width, int height) {
  Image out(width, height, image.channels);
  for (int y = 0; y < height; ++y) {
    std::copy_n(image.at(x0, y0 + y), std::size_t(width) * image.channels, out.at(0, y));
  }
  return out;
}

void paste(const Image& from, Image& into, int x0, int y0) {
  for (int y = 0; y < from.height; ++y) {
    std::copy_n(from.at(0, y), std::size_t(from.width) * from.channels, into.at(x0, y0 + y));
  }
}

}  // namespace

class PreparePhotoTest : public QObject {
  Q_OBJECT
 private:
  Image astronaut_;
  PrepareOptions options_;
  QTemporaryDir folder_;
  fs::path file(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

  // Her eyes in the 512 photo lie near (203, 101) and (248, 103).
  void check_head(const PreparedPhoto& photo, double scale = 1, double dx = 0, double dy = 0) {
    const auto& p = photo.landmarks;
    QCOMPARE(int(p.size()), kLandmarkCount);
    const Eigen::Vector2d left = eye_centre(p, true);
    const Eigen::Vector2d right = eye_centre(p, false);
    const Eigen::Vector2d true_left(203 * scale + dx, 101 * scale + dy);
    const Eigen::Vector2d true_right(248 * scale + dx, 103 * scale + dy);
    const std::string seen = fmt::format("eyes at ({:.1f}, {:.1f}) and ({:.1f}, {:.1f})", left.x(),
                                         left.y(), right.x(), right.y());
    QVERIFY2((left - true_left).norm() < 9 * scale, seen.c_str());
    QVERIFY2((right - true_right).norm() < 9 * scale, seen.c_str());
    QVERIFY(p[30].y() > left.y() && p[57].y() > p[30].y() && p[8].y() > p[57].y());
    const std::string pose = fmt::format("yaw {:.1f}, pitch {:.1f}, roll {:.1f}",
                                         photo.pose.yaw_deg, photo.pose.pitch_deg,
                                         photo.pose.roll_deg);
    QVERIFY2(std::abs(photo.pose.yaw_deg) < 25 && std::abs(photo.pose.pitch_deg) < 25 &&
                 std::abs(photo.pose.roll_deg) < 15,
             pose.c_str());
    // The crop holds the whole head, upright, and the matte agrees.
    QCOMPARE(photo.crop.width, 512);
    QCOMPARE(photo.matte.channels, 1);
    for (const auto& q : photo.crop_landmarks) {
      QVERIFY(q.x() > 60 && q.x() < 452 && q.y() > 60 && q.y() < 452);
    }
    const Eigen::Vector2d nose = photo.crop_landmarks[30];
    QVERIFY(*photo.matte.at(int(nose.x()), int(nose.y())) > 0.98F);
    QVERIFY(*photo.matte.at(4, 4) < 0.05F);
    QVERIFY(*photo.matte.at(507, 4) < 0.05F);
  }

 private Q_SLOTS:
  void initTestCase() {
    const fs::path path = astronaut_path();
    if (path.empty()) QSKIP("astronaut.png is neither beside the project nor in python3-imageio");
    astronaut_ = read_image(path).image;
    const fs::path pack = fs::path(PORTRAIT_SOURCE_DIR) / "resources/packs/compact";
    if (fs::exists(pack / "landmarks.safetensors")) {
      options_.landmark_net = load_landmark_net(ModelPack::open(pack));
    }
  }

  void the_astronaut() {
    const PreparedPhoto photo = prepare_photo(astronaut_path(), options_);
    // Corners of her eyes marked by hand in a twelvefold enlargement, in pixels: within 5 % of
    // their outer distance.
    const struct {
      int landmark;
      Eigen::Vector2d marked;
    } corners[] = {
        {36, {192.8, 100.4}}, {39, {213.6, 103.0}}, {42, {236.5, 105.0}}, {45, {259.1, 103.9}}};
    const double apart = (corners[3].marked - corners[0].marked).norm();
    for (const auto& corner : corners) {
      const Eigen::Vector2d found = photo.landmarks[std::size_t(corner.landmark)];
      const double off = (found - corner.marked).norm() / apart;
      qInfo("eye corner %d: %.1f %% of the eyes' distance off", corner.landmark, 100 * off);
      QVERIFY(off < 0.05);
    }
    QCOMPARE(int(photo.faces.size()), 1);
    check_head(photo);
    QVERIFY(has(photo, "small_head"));
    QVERIFY(!has(photo, "blurred"));
    QVERIFY(!has(photo, "turned"));
    QVERIFY(!has(photo, "several_faces"));
    for (const auto& [part_name, seconds] : photo.seconds) {
      qInfo("%s %.3f s", part_name.c_str(), seconds);
    }
    // Hair and face are kept, the wall beside the head is not.
    double inside = 0;
    for (const float a : photo.matte.pixels) inside += a;
    const double share = inside / double(photo.matte.pixels.size());
    QVERIFY2(share > 0.3 && share < 0.75, qPrintable(QString::number(share)));
    QVERIFY(std::abs(photo.crop_on_background.at(4, 4)[0] - 0.5F) < 0.03F);
  }

  void the_same_photo_gives_the_same_bytes() {
    const PreparedPhoto a = prepare_photo(astronaut_, "a", options_);
    const PreparedPhoto b = prepare_photo(astronaut_, "a", options_);
    QVERIFY(a.crop.pixels == b.crop.pixels);
    QVERIFY(a.matte.pixels == b.matte.pixels);
    QVERIFY(a.pose.camera.world_from_camera == b.pose.camera.world_from_camera);
  }

  void without_a_network_the_eyes_place_the_head() {
    const PreparedPhoto photo = prepare_photo(astronaut_, "a");
    check_head(photo);
    QVERIFY(has(photo, "pose_from_eyes"));
  }

  void sixteen_bits_and_turned_exif() {
    WriteOptions deep;
    deep.bits = 16;
    write_image(file("deep.png"), astronaut_, deep);
    check_head(prepare_photo(file("deep.png"), options_));
    // Stored lying on its side; orientation 6 says: turn clockwise to see it upright.
    Image lying(512, 512, 3);
    for (int y = 0; y < 512; ++y) {
      for (int x = 0; x < 512; ++x) std::copy_n(astronaut_.at(x, y), 3, lying.at(y, 511 - x));
    }
    write_text_file(file("lying.jpg"), test_files::with_exif(encode_jpeg(lying, 95), 6, 85));
    const PreparedPhoto photo = prepare_photo(file("lying.jpg"), options_);
    check_head(photo);
    QVERIFY(photo.pose.fov_known);
    // 85 mm on a 43.27 mm diagonal; the picture's diagonal is 512 * sqrt(2).
    const double expected = fov_of_focal(85 / 43.2666 * std::sqrt(2.0));
    QVERIFY(std::abs(photo.pose.fov_deg - expected) < 0.01);
  }

  void cmyk_and_grey() {
    const Image head = part(astronaut_, 120, 10, 208, 200);
    write_text_file(file("ink.jpg"), test_files::cmyk_jpeg(head));
    const PreparedPhoto ink = prepare_photo(file("ink.jpg"), options_);
    check_head(ink, 8, -120 * 8, -10 * 8);
    QVERIFY(has(ink, "file"));
    write_image(file("grey.png"), luma(astronaut_));
    const PreparedPhoto grey = prepare_photo(file("grey.png"), options_);
    check_head(grey);
    QVERIFY(has(grey, "file"));
  }

  void a_supplied_alpha_is_the_matte() {
    Image cut(512, 512, 4);
    for (int y = 0; y < 512; ++y) {
      for (int x = 0; x < 512; ++x) {
        std::copy_n(astronaut_.at(x, y), 3, cut.at(x, y));
        const double d = std::hypot((x - 226) / 90.0, (y - 110) / 110.0);
        cut.at(x, y)[3] = float(std::clamp((1.05 - d) * 10, 0.0, 1.0));
      }
    }
    const PreparedPhoto photo = prepare_photo(cut, "cut", options_);
    QVERIFY(photo.matte_from_alpha);
    check_head(photo);
    for (const auto& [x, y] : {std::pair{226, 60}, {226, 110}, {150, 60}, {300, 150}}) {
      const Eigen::Vector2d p = apply(photo.alignment.crop_from_photo, {x + 0.5, y + 0.5});
      if (p.x() < 1 || p.y() < 1 || p.x() > 510 || p.y() > 510) continue;
      QVERIFY(std::abs(*photo.matte.at(int(p.x()), int(p.y())) - cut.at(x, y)[3]) < 0.25F);
    }
  }

  void two_faces_and_the_choice_between_them() {
    const Image head = part(astronaut_, 110, 0, 230, 230);
    Image two(700, 300, 3, 0.6F);
    paste(head, two, 20, 40);
    paste(resize(head, 280, 280, Interpolation::kLanczos), two, 380, 10);
    const PreparedPhoto largest = prepare_photo(two, "two", options_);
    QCOMPARE(int(largest.faces.size()), 2);
    QCOMPARE(largest.face, 1);
    QVERIFY(has(largest, "several_faces"));
    PrepareOptions first = options_;
    first.face = 0;
    const PreparedPhoto chosen = prepare_photo(two, "two", first);
    QVERIFY(!has(chosen, "several_faces"));
    check_head(chosen, 1, 20 - 110, 40);
    first.face = 2;
    const Error error = error_of([&] { prepare_photo(two, "two", first); });
    QVERIFY(error.code() == ErrorCode::kBadUsage);
    QVERIFY(error.message().find("has 2") != std::string::npos);
  }

  void no_face_is_said_with_advice() {
    Image empty(400, 300, 3);
    RandomStream random({3, random_purpose("no face"), 0, 0});
    for (float& v : empty.pixels) v = float(random.uniform());
    empty = gaussian_blur(empty, 3);
    Error error = error_of([&] { prepare_photo(empty, "clouds", options_); });
    QVERIFY(error.code() == ErrorCode::kNoFace);
    QVERIFY(error.message().find("Use a photo") != std::string::npos);
    QCOMPARE(exit_code(error.code()), 3);
    // The rocket beside her, and the helmet: pictures without a face.
    error = error_of([&] { prepare_photo(part(astronaut_, 310, 0, 200, 300), "rocket", options_); });
    QVERIFY(error.code() == ErrorCode::kNoFace);
  }

  void the_coach_sees_blur_and_cut_heads() {
    const PreparedPhoto blurred =
        prepare_photo(gaussian_blur(astronaut_, 4.0), "soft", options_);
    QVERIFY(has(blurred, "blurred"));
    const PreparedPhoto cut = prepare_photo(part(astronaut_, 60, 48, 340, 300), "cut", options_);
    QVERIFY(has(cut, "cut_off"));
    // What lies outside the photo is background.
    const Eigen::Vector2d above = apply(cut.alignment.crop_from_photo, {166, -12});
    if (above.y() > 1) {
      QVERIFY(*cut.matte.at(int(above.x()), int(above.y())) < 0.05F);
    }
  }

  void bad_files_keep_their_own_messages() {
    QVERIFY(error_of([&] { prepare_photo(file("none.png"), options_); }).code() ==
            ErrorCode::kNotFound);
    write_text_file(file("text.png"), "no picture");
    QVERIFY(error_of([&] { prepare_photo(file("text.png"), options_); }).code() ==
            ErrorCode::kBadInput);
  }
};

QTEST_GUILESS_MAIN(PreparePhotoTest)
#include "prepare_photo_test.moc"
