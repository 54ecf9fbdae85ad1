// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"
#include "core/prior/photo_lift.h"
#include "core/training/view_cache.h"

#include "tests/training/head_data.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;
using Format = ViewCacheFormat;

namespace {

Camera camera_of(const std::array<float, 16>& numbers) {
  return camera_of_tensor(at::tensor(at::ArrayRef<float>(numbers.data(), numbers.size())));
}

}  // namespace

class ViewCacheTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  ViewCacheOptions options_;

  fs::path only_file() const { return list_view_cache(options_.folder, false).front(); }

 private Q_SLOTS:
  void initTestCase() {
    options_.folder = fs::path(folder_.path().toStdString()) / "views";
    if (!use_head_data(options_)) QSKIP("The head model is not beside the project");
    options_.count = 1;
    fill_view_cache(options_, {});
  }

  void viewpoints_stand_near_the_standard_ones() {
    const auto rig = standard_viewpoint_rig();
    QCOMPARE(rig.size(), std::size_t(Format::kStandardViews));
    const std::vector<Viewpoint> points = draw_view_points(options_, 0);
    QCOMPARE(points.size(), std::size_t(Format::kViews));
    for (std::size_t v = 0; v < points.size(); ++v) {
      if (v >= rig.size()) {
        QVERIFY(std::abs(points[v].elevation_deg) <= 30);
        continue;
      }
      QVERIFY(std::abs(points[v].azimuth_deg - rig[v].viewpoint.azimuth_deg) <= 8);
      QVERIFY(std::abs(points[v].elevation_deg - rig[v].viewpoint.elevation_deg) <= 6);
    }
    ViewCacheOptions held_out = options_;
    held_out.held_out = true;
    QVERIFY(draw_view_points(held_out, 0)[0].azimuth_deg != points[0].azimuth_deg);
    QVERIFY(draw_view_points(options_, 1)[0].azimuth_deg != points[0].azimuth_deg);
  }

  void training_and_held_out_people_are_told_apart() {
    QCOMPARE(list_view_cache(options_.folder, false).size(), std::size_t{1});
    QVERIFY(list_view_cache(options_.folder, true).empty());
    QVERIFY(list_view_cache("/nowhere", false).empty());
  }

  void the_file_holds_what_its_cameras_see() {
    const ViewCacheFile file(only_file());
    QVERIFY2(fs::file_size(only_file()) < 2'000'000,
             qPrintable(QString::number(fs::file_size(only_file()))));
    QCOMPARE(file.views(), Format::kViews);
    const std::vector<Viewpoint> points = draw_view_points(options_, 0);
    for (int v = 0; v < file.views(); ++v) {
      const Camera camera = camera_of(file.camera(v));
      const Viewpoint seen = viewpoint_of(camera);
      QVERIFY(std::abs(std::remainder(seen.azimuth_deg - points[std::size_t(v)].azimuth_deg, 360)) <
              0.01);
      QVERIFY(std::abs(seen.elevation_deg - points[std::size_t(v)].elevation_deg) < 0.01);
      QVERIFY(std::abs(camera.position().norm() - kRigRadius) < 1e-4);
      QVERIFY(std::abs(camera.focal_x - kRigFocal) < 1e-4);
    }
  }

  void pictures_lie_over_grey_and_geometry_fits_them() {
    const ViewCacheFile file(only_file());
    for (int v : {0, 5, 11, 12, 15}) {
      const CachedPicture picture = file.picture(v);
      QCOMPARE(picture.rgb.width, Format::kPx);
      QCOMPARE(picture.matte.channels, 1);
      QCOMPARE(file.rgb(v).pixels, picture.rgb.pixels);
      const CachedGeometry geometry = file.geometry(v);
      QCOMPARE(geometry.depth.width, Format::kGeometryPx);
      const Camera camera = camera_of(picture.camera);
      double grey = 0, length = 0, facing = 0;
      int empty = 0, filled = 0, torn = 0;
      for (int y = 0; y < Format::kGeometryPx; ++y) {
        for (int x = 0; x < Format::kGeometryPx; ++x) {
          const float depth = *geometry.depth.at(x, y);
          // The four pixels of the picture round the same point.
          float low = 1, high = 0;
          for (int k = 0; k < 4; ++k) {
            const float alpha = *picture.matte.at(2 * x + k % 2, 2 * y + k / 2);
            low = std::min(low, alpha);
            high = std::max(high, alpha);
          }
          const float* normal = geometry.normals.at(x, y);
          if (high == 0) {
            if (depth > 0) ++torn;  // a single hair between the samples
            grey += std::abs(*picture.rgb.at(2 * x, 2 * y) - 0.5);
            ++empty;
          } else if (low == 1) {
            if (depth == 0) {
              ++torn;
              continue;
            }
            const Eigen::Vector3d n(2 * normal[0] - 1, 2 * normal[1] - 1, 2 * normal[2] - 1);
            length += n.norm();
            facing += n.z();
            ++filled;
            const Ray ray = camera_ray(camera, (x + 0.5) / 256, (y + 0.5) / 256);
            const Eigen::Vector3d point = ray.origin + double(depth) * ray.direction;
            QVERIFY(point.cwiseAbs().maxCoeff() < 0.502);
          }
        }
      }
      QVERIFY(empty > 3000 && filled > 10000);
      QVERIFY2(torn < 65, qPrintable(QString("%1 of 65536").arg(torn)));
      QVERIFY2(grey / empty < 0.01, "the background");
      QVERIFY2(std::abs(length / filled - 1) < 0.06, "unit normals");
      QVERIFY2(facing / filled < -0.4, "turned to the camera, which looks along +z");
    }
  }

  // A point of the front view's surface has the same colour in the view from above.
  void views_agree() {
    const ViewCacheFile file(only_file());
    const CachedPicture from = file.picture(0);
    const CachedPicture to = file.picture(12);
    const CachedGeometry at_from = file.geometry(0);
    const CachedGeometry at_to = file.geometry(12);
    const Camera camera = camera_of(from.camera);
    const Camera other = camera_of(to.camera);
    double difference = 0;
    int shared = 0;
    for (int y = 0; y < 256; ++y) {
      for (int x = 0; x < 256; ++x) {
        const float depth = *at_from.depth.at(x, y);
        if (depth == 0) continue;
        const Ray ray = camera_ray(camera, (x + 0.5) / 256, (y + 0.5) / 256);
        const Eigen::Vector3d point = ray.origin + double(depth) * ray.direction;
        const Projection there = project(other, point);
        const int u = int(there.u * 256), v = int(there.v * 256);
        if (u < 0 || v < 0 || u >= 256 || v >= 256) continue;
        const double distance = (point - other.position()).norm();
        if (std::abs(double(*at_to.depth.at(u, v)) - distance) > 0.004) continue;
        difference += std::abs(*from.rgb.at(2 * x, 2 * y) - *to.rgb.at(int(there.u * 512),
                                                                      int(there.v * 512)));
        ++shared;
      }
    }
    QVERIFY(shared > 3000);
    QVERIFY2(difference / shared < 0.04, qPrintable(QString::number(difference / shared)));
  }

  void photos_are_cut_out_and_from_near_the_front() {
    const ViewCacheFile file(only_file());
    QCOMPARE(file.identities(), Format::kIdentities);
    for (int k = 0; k < file.identities(); ++k) {
      const CachedPicture photo = file.identity(k);
      QVERIFY(std::abs(viewpoint_of(camera_of(photo.camera)).azimuth_deg) < 65);
      double inside = 0, grey = 0;
      int empty = 0;
      for (std::size_t p = 0; p < photo.matte.pixels.size(); ++p) {
        inside += photo.matte.pixels[p];
        if (photo.matte.pixels[p] > 0) continue;
        grey += std::abs(photo.rgb.pixels[3 * p] - 0.5);
        ++empty;
      }
      QVERIFY(inside > 0.1 * 512 * 512 && empty > 5000);
      QVERIFY(grey / empty < 0.01);
    }
    QVERIFY(file.identity(0).camera != file.identity(1).camera);
  }

  void a_damaged_file_is_named() {
    std::ifstream in(only_file(), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const SafetensorsFile sound(only_file());
    const fs::path damaged = fs::path(folder_.path().toStdString()) / "damaged.safetensors";
    // The first bytes of a picture, found by its content.
    const auto picture = sound.at("rgb_3").data;
    const std::string content(reinterpret_cast<const char*>(picture.data()), picture.size());
    const std::size_t at = bytes.find(content);
    QVERIFY(at != std::string::npos);
    for (std::size_t i = 0; i < 64; ++i) bytes[at + i] = 'x';
    std::ofstream(damaged, std::ios::binary) << bytes;
    const ViewCacheFile file(damaged);
    QCOMPARE(file.rgb(2).width, Format::kPx);
    try {
      file.rgb(3);
      QFAIL("read");
    } catch (const Error& error) {
      QVERIFY(error.code() == ErrorCode::kCorrupt);
      QVERIFY(error.message().find(damaged.string()) != std::string::npos);
    }
    std::ofstream(damaged, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    QVERIFY_THROWS_EXCEPTION(Error, ViewCacheFile{damaged});
    save_safetensors(damaged, {});
    QVERIFY_THROWS_EXCEPTION(Error, ViewCacheFile{damaged});
  }
};

QTEST_GUILESS_MAIN(ViewCacheTest)
#include "view_cache_test.moc"
