// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/image_set.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/read_image.h"

#include <QtTest>

#include <Eigen/Geometry>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;
using nlohmann::json;

class ImageSetTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void transforms_follow_nerf();
  void a_pixel_projects_the_same_way();
  void folder_holds_all_views();
  void sheet_has_its_layout();
  void sheet_keeps_aspect_and_alpha();
  void labels_are_drawn_and_cut();
  void bad_sheets_are_refused();
};

namespace {

Eigen::Matrix4d matrix_of(const json& rows) {
  Eigen::Matrix4d m;
  for (int r = 0; r < 4; ++r) {
    for (int c = 0; c < 4; ++c) m(r, c) = rows[r][c].get<double>();
  }
  return m;
}

Image flat(int width, int height, float value) {
  return Image(width, height, 3, value);
}

// Pixels brighter than the sheet in a part of it.
int bright(const Image& sheet, int x0, int y0, int x1, int y1) {
  int count = 0;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) count += sheet.at(x, y)[0] > 0.4F;
  }
  return count;
}

}  // namespace

void ImageSetTest::transforms_follow_nerf() {
  const Camera front = rig_camera({0, 0});
  const json root = json::parse(transforms_json({{"front.png", front, 512, 256}}));
  const json& frame = root["frames"][0];
  QCOMPARE(frame["file_path"].get<std::string>(), std::string("front.png"));
  QCOMPARE(frame["fl_x"].get<double>(), kRigFocal * 512);
  QCOMPARE(frame["cy"].get<double>(), 128.0);
  QVERIFY(std::abs(root["camera_angle_x"].get<double>() - 2 * std::atan(0.5 / kRigFocal)) < 1e-12);
  // In front of the face, looking along -Z, upright: NeRF's camera is the world's axes.
  const Eigen::Matrix4d m = matrix_of(frame["transform_matrix"]);
  QVERIFY((m.block<3, 3>(0, 0) - Eigen::Matrix3d::Identity()).norm() < 1e-9);
  QVERIFY((m.block<3, 1>(0, 3) - Eigen::Vector3d(0, 0, kRigRadius)).norm() < 1e-9);
}

void ImageSetTest::a_pixel_projects_the_same_way() {
  const Camera camera = rig_camera({35, 20});
  const json frame = json::parse(transforms_json({{"a.png", camera, 400, 300}}))["frames"][0];
  const Eigen::Vector3d point(0.1, -0.2, 0.15);
  const Eigen::Matrix4d world_from_camera = matrix_of(frame["transform_matrix"]);
  QVERIFY(std::abs(world_from_camera.block<3, 3>(0, 0).determinant() - 1) < 1e-9);
  const Eigen::Vector4d local = world_from_camera.inverse() * point.homogeneous();
  const double x = frame["cx"].get<double>() + frame["fl_x"].get<double>() * local.x() / -local.z();
  const double y = frame["cy"].get<double>() - frame["fl_y"].get<double>() * local.y() / -local.z();
  const Projection ours = project(camera, point);
  QVERIFY(std::abs(x - ours.u * 400) < 1e-6);
  QVERIFY(std::abs(y - ours.v * 300) < 1e-6);
}

void ImageSetTest::folder_holds_all_views() {
  const QTemporaryDir folder;
  const fs::path path = fs::path(folder.path().toStdString()) / "set";
  Image clear(64, 64, 4, 0.5F);
  write_image_set(path, {{"view_000", clear, rig_camera({0, 0})},
                         {"view_090", flat(80, 64, 0.25F), rig_camera({90, 0})}});
  const json root = json::parse(read_text_file(path / "transforms.json"));
  QCOMPARE(root["frames"].size(), std::size_t(2));
  QCOMPARE(root["frames"][1]["w"].get<int>(), 80);
  const Image read = read_image(path / root["frames"][0]["file_path"].get<std::string>()).image;
  QCOMPARE(read.channels, 4);
  QVERIFY(std::abs(read.at(3, 3)[3] - 0.5F) < 0.01F);
  QVERIFY_EXCEPTION_THROWN(write_image_set(path, {}), Error);
}

void ImageSetTest::sheet_has_its_layout() {
  std::vector<LabelledImage> pictures(7, {flat(100, 100, 1.0F), ""});
  const Image sheet = contact_sheet(pictures, {.columns = 3, .cell_size = 64, .gap = 10});
  QCOMPARE(sheet.width, 10 + 3 * 74);
  QCOMPARE(sheet.height, 10 + 3 * (64 + 24 + 10));
  QVERIFY(std::abs(sheet.at(0, 0)[0] - 0x16 / 255.0F) < 0.003F);
  QVERIFY(std::abs(sheet.at(0, 0)[2] - 0x1C / 255.0F) < 0.003F);
  QCOMPARE(sheet.at(10, 10)[0], 1.0F);
  QCOMPARE(sheet.at(73, 73)[0], 1.0F);
  QVERIFY(sheet.at(74, 10)[0] < 0.2F);    // the gap
  QVERIFY(sheet.at(100, 210)[0] < 0.2F);  // the last row has one picture
  QVERIFY(
      contact_sheet(pictures, {.columns = 3, .cell_size = 64, .gap = 10, .title = "Head"}).height >
      sheet.height);
}

void ImageSetTest::sheet_keeps_aspect_and_alpha() {
  Image clear(40, 80, 4, 1.0F);
  for (int x = 0; x < 40; ++x) clear.at(x, 10)[3] = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) clear.at(x, y)[3] = 0;
  }
  const Image sheet = contact_sheet({{clear, "tall"}}, {.cell_size = 80, .gap = 0});
  QCOMPARE(sheet.at(40, 70)[0], 1.0F);
  QVERIFY(sheet.at(10, 70)[0] < 0.2F);  // beside the picture, which is half as wide as its cell
  QVERIFY(sheet.at(40, 20)[0] < 0.2F);  // through the picture
}

void ImageSetTest::labels_are_drawn_and_cut() {
  const std::vector<LabelledImage> pictures = {{flat(64, 64, 0.0F), "azimuth 30"},
                                               {flat(64, 64, 0.0F), std::string(80, 'M')}};
  const Image sheet = contact_sheet(pictures, {.columns = 2, .cell_size = 128, .gap = 16});
  QVERIFY(bright(sheet, 16, 144, 144, 168) > 40);
  QVERIFY(bright(sheet, 160, 144, 288, 168) > 40);
  QCOMPARE(bright(sheet, 146, 144, 160, 168), 0);  // nothing runs into the gap
  QCOMPARE(bright(sheet, 289, 0, sheet.width, sheet.height), 0);
}

void ImageSetTest::bad_sheets_are_refused() {
  QVERIFY_EXCEPTION_THROWN(contact_sheet({}), Error);
  QVERIFY_EXCEPTION_THROWN(contact_sheet({{Image(), "none"}}), Error);
  QVERIFY_EXCEPTION_THROWN(contact_sheet({{flat(8, 8, 0), "a"}}, {.columns = 0}), Error);
}

QTEST_GUILESS_MAIN(ImageSetTest)
#include "image_set_test.moc"
