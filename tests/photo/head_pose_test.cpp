// SPDX-License-Identifier: Apache-2.0
#include "core/photo/head_pose.h"

#include "core/base/random.h"
#include "core/photo/align.h"
#include "core/photo/landmark_shape.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace portrait;

namespace {

constexpr int kWidth = 1200;
constexpr int kHeight = 900;

// A photo's camera that sees the head off its middle, leaning, at a chosen field of view.
Camera photo_camera(double yaw, double pitch, double roll, double fov_deg) {
  RigOptions options;
  options.focal = focal_of_fov(fov_deg);
  options.radius = 2.5 * options.focal;  // the same size in the picture at every field of view
  options.roll_deg = roll;
  Camera camera = rig_camera({yaw, pitch}, options);
  camera.focal_y = camera.focal_x * kWidth / kHeight;
  // Aside: moves the head in the picture without changing the direction it is seen from by much.
  camera.world_from_camera.block<3, 1>(0, 3) += 0.2 * camera.world_from_camera.block<3, 1>(0, 0) +
                                                0.1 * camera.world_from_camera.block<3, 1>(0, 1);
  return camera;
}

Points2 seen(const Camera& camera, const std::array<Eigen::Vector3d, kLandmarkCount>& shape =
                                       mean_landmarks()) {
  Points2 points;
  for (const auto& p : shape) {
    const Projection at = project(camera, p);
    points.emplace_back(at.u * kWidth, at.v * kHeight);
  }
  return points;
}

}  // namespace

class HeadPoseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tables_are_mirror_images() {
    const auto& mean = mean_landmarks();
    const auto& mirrored = mirrored_landmark_index();
    for (int i = 0; i < kLandmarkCount; ++i) {
      QCOMPARE(mirrored[std::size_t(mirrored[std::size_t(i)])], i);
      const Eigen::Vector3d p = mean[std::size_t(i)];
      const Eigen::Vector3d q = mean[std::size_t(mirrored[std::size_t(i)])];
      QVERIFY2((p - Eigen::Vector3d(-q.x(), q.y(), q.z())).norm() < 2e-3,
               qPrintable(QString::number(i)));
    }
  }

  void exact_points_give_the_exact_camera() {
    for (const double fov : {20.0, 35.0, 60.0}) {
      for (const double yaw : {-50.0, -20.0, 0.0, 35.0, 60.0}) {
        for (const double roll : {-25.0, 0.0, 12.0}) {
          const Camera truth = photo_camera(yaw, 8, roll, fov);
          PoseOptions options;
          options.fov_deg = fov;
          const HeadPose pose = fit_head_pose(seen(truth), {}, kWidth, kHeight, options);
          QVERIFY(pose.residual_px < 0.05);
          QVERIFY((pose.camera.position() - truth.position()).norm() < 1e-2);
          QVERIFY((pose.camera.world_from_camera - truth.world_from_camera).norm() < 1e-2);
        }
      }
    }
  }

  void angles_mean_what_the_header_says() {
    PoseOptions options;
    options.fov_deg = 25;
    RigOptions rig;
    rig.focal = focal_of_fov(25);
    rig.radius = 6;
    rig.roll_deg = 0;
    Camera camera = rig_camera({30, 10}, rig);
    camera.focal_y = camera.focal_x * kWidth / kHeight;
    HeadPose pose = fit_head_pose(seen(camera), {}, kWidth, kHeight, options);
    QVERIFY(std::abs(pose.yaw_deg - 30) < 0.1);
    QVERIFY(std::abs(pose.pitch_deg - 10) < 0.1);
    QVERIFY(std::abs(pose.roll_deg) < 6);
    QVERIFY(std::abs(pose.fov_deg - 25) < 1e-6);
    QVERIFY(std::abs(pose.distance - 6) < 0.02);
    // A head that leans clockwise: turn the points of a frontal one about the picture's middle.
    Points2 points = seen(photo_camera(0, 0, 0, 25));
    const double angle = 20 * M_PI / 180;
    for (auto& p : points) {
      const Eigen::Vector2d d = p - Eigen::Vector2d(kWidth, kHeight) / 2;
      p = Eigen::Vector2d(kWidth, kHeight) / 2 +
          Eigen::Vector2d(std::cos(angle) * d.x() - std::sin(angle) * d.y(),
                          std::sin(angle) * d.x() + std::cos(angle) * d.y());
    }
    pose = fit_head_pose(points, {}, kWidth, kHeight, options);
    QVERIFY2(std::abs(pose.roll_deg - 20) < 1.5, qPrintable(QString::number(pose.roll_deg)));
  }

  // Points off by a hundredth of the eyes' distance, and six gone astray altogether.
  void noise_and_outliers_are_borne() {
    RandomStream random({5, random_purpose("pose test"), 0, 0});
    double worst = 0;
    for (const double yaw : {-40.0, 0.0, 25.0}) {
      const Camera truth = photo_camera(yaw, -5, 5, 30);
      Points2 points = seen(truth);
      const double size = interocular(points);
      for (auto& p : points) p += 0.01 * size * Eigen::Vector2d(random.normal(), random.normal());
      for (int i = 0; i < 6; ++i) {
        points[std::size_t(random.integer(0, 67))] +=
            size * Eigen::Vector2d(random.normal(), random.normal());
      }
      const HeadPose pose = fit_head_pose(points, {}, kWidth, kHeight);
      worst = std::max(worst, std::abs(pose.yaw_deg - viewpoint_of(truth).azimuth_deg));
      worst = std::max(worst, std::abs(pose.pitch_deg - viewpoint_of(truth).elevation_deg));
    }
    QVERIFY2(worst < 5, qPrintable(QString::number(worst)));
  }

  // People differ from the mean head as a lens does to it too, so that the solution lies between
  // the prior and the truth.
  void unknown_field_of_view_is_solved_within_its_range() {
    double before = 0;
    for (const double fov : {20.0, 30.0, 45.0, 60.0}) {
      const HeadPose pose = fit_head_pose(seen(photo_camera(10, 0, 0, fov)), {}, kWidth, kHeight);
      QVERIFY(!pose.fov_known);
      QVERIFY2(pose.fov_deg > std::min(fov, 30.0) - 1 && pose.fov_deg < std::max(fov, 30.0) + 1,
               qPrintable(QString("%1 for %2").arg(pose.fov_deg).arg(fov)));
      QVERIFY(pose.fov_deg > before);
      before = pose.fov_deg;
    }
    QVERIFY2(before > 31, qPrintable(QString::number(before)));
    const HeadPose wide = fit_head_pose(seen(photo_camera(10, 0, 0, 110)), {}, kWidth, kHeight);
    QVERIFY(wide.fov_deg <= 80.01);
  }

  // A long face or an open mouth is not taken for a pose or a lens, and a near camera is told from
  // a broad nose.
  void peoples_shapes_are_told_from_pose_and_lens() {
    RandomStream random({6, random_purpose("pose test"), 0, 0});
    for (const double fov : {15.0, 30.0, 70.0}) {
      double turn = 0, log_fov = 0;
      constexpr int kPeople = 40;
      for (int person = 0; person < kPeople; ++person) {
        const Camera truth =
            photo_camera(random.uniform(-18, 18), random.uniform(-6, 6), random.uniform(-5, 5), fov);
        std::array<Eigen::Vector3d, kLandmarkCount> shape = mean_landmarks();
        for (const LandmarkShapeMode& mode : landmark_shape_modes()) {
          const double c = random.normal();
          for (int i = 0; i < kLandmarkCount; ++i) shape[std::size_t(i)] += c * mode.col(i);
        }
        Points2 points = seen(truth, shape);
        const double size = interocular(points);
        for (auto& p : points) {
          p += 0.02 * size * Eigen::Vector2d(random.normal(), random.normal());
        }
        const std::vector<double> scale(kLandmarkCount, 0.02 * size);
        const HeadPose pose = fit_head_pose(points, scale, kWidth, kHeight);
        const Eigen::Matrix3d off = pose.camera.world_from_camera.block<3, 3>(0, 0).transpose() *
                                    truth.world_from_camera.block<3, 3>(0, 0);
        turn += std::acos(std::clamp((off.trace() - 1) / 2, -1.0, 1.0)) * 180 / M_PI / kPeople;
        log_fov += std::log(pose.fov_deg) / kPeople;
      }
      const QString found = QString("%1: %2, %3 degrees").arg(fov).arg(std::exp(log_fov)).arg(turn);
      // The mean head alone, without modes, is off by 2.2 to 4.5 degrees.
      QVERIFY2(turn < (fov == 70 ? 3.3 : 2.5), qPrintable(found));
      if (fov == 70) QVERIFY2(log_fov > std::log(49), qPrintable(found));
      // From afar little tells the distance; the lens that is expected is one of 30.
      if (fov == 15) QVERIFY2(log_fov < std::log(28.5), qPrintable(found));
    }
  }

  void modes_are_apart_and_mirrored() {
    const auto& mirrored = mirrored_landmark_index();
    for (std::size_t a = 0; a < landmark_shape_modes().size(); ++a) {
      const LandmarkShapeMode& mode = landmark_shape_modes()[a];
      LandmarkShapeMode mirror;
      for (int i = 0; i < kLandmarkCount; ++i) {
        mirror.col(mirrored[std::size_t(i)]) =
            Eigen::Vector3d(-mode(0, i), mode(1, i), mode(2, i));
      }
      const double square = mode.squaredNorm();
      QVERIFY(std::abs(std::abs(mode.cwiseProduct(mirror).sum()) / square - 1) < 1e-2);
      for (std::size_t b = 0; b < a; ++b) {
        const LandmarkShapeMode& other = landmark_shape_modes()[b];
        QVERIFY(other.norm() >= mode.norm());
        QVERIFY(std::abs(mode.cwiseProduct(other).sum()) < 0.02 * other.norm() * mode.norm());
      }
    }
  }

  void eyes_alone_give_size_and_roll() {
    const Camera truth = photo_camera(0, 0, 14, 30);
    const Points2 points = seen(truth);
    const HeadPose pose = pose_from_eyes(eye_centre(points, true), eye_centre(points, false),
                                         kWidth, kHeight);
    HeadPose exact;
    exact.camera = truth;
    describe_pose(exact);
    QVERIFY(std::abs(pose.roll_deg - exact.roll_deg) < 3);
    QVERIFY(std::abs(pose.distance - exact.distance) < 0.1 * exact.distance);
    for (const int i : {36, 45}) {
      const Projection p = project(pose.camera, mean_landmarks()[std::size_t(i)]);
      QVERIFY((Eigen::Vector2d(p.u * kWidth, p.v * kHeight) - points[std::size_t(i)]).norm() <
              0.08 * interocular(points));
    }
  }

  // The crop's camera reproduces the crop: what the photo's camera puts at a place, taken through
  // the similarity, is what the crop's camera sees.
  void crop_camera_matches_the_crop() {
    for (const double yaw : {-45.0, 0.0, 30.0}) {
      for (const double roll : {-30.0, 0.0, 17.0}) {
        const Camera photo = photo_camera(yaw, 12, roll, 40);
        const Alignment alignment = align_head(photo, kWidth, kHeight, 512);
        for (const auto& p : mean_landmarks()) {
          const Projection a = project(photo, p);
          const Projection b = project(alignment.crop_camera, p);
          const Eigen::Vector2d moved =
              apply(alignment.crop_from_photo, {a.u * kWidth, a.v * kHeight});
          QVERIFY((moved - Eigen::Vector2d(b.u, b.v) * 512).norm() < 1e-6);
        }
        // It stands where the photo's does and is a rigid frame.
        const Eigen::Matrix3d axes =
            alignment.crop_camera.world_from_camera.block<3, 3>(0, 0);
        QVERIFY((axes.transpose() * axes - Eigen::Matrix3d::Identity()).norm() < 1e-9);
        QVERIFY((alignment.crop_camera.position() - photo.position()).norm() < 1e-12);
        // The head lies in it as in the rig's picture from there.
        const Camera rig = rig_camera(viewpoint_of(photo));
        double sum = 0;
        for (const auto& p : mean_landmarks()) {
          const Projection a = project(rig, p);
          const Projection b = project(alignment.crop_camera, p);
          sum += std::hypot(a.u - b.u, a.v - b.v) * 512;
        }
        QVERIFY2(sum / 68 < 14, qPrintable(QString::number(sum / 68)));
      }
    }
  }
};

QTEST_GUILESS_MAIN(HeadPoseTest)
#include "head_pose_test.moc"
