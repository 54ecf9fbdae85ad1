// SPDX-License-Identifier: Apache-2.0
#include "core/camera/camera.h"
#include "core/base/random.h"

#include <Eigen/Dense>

#include <QtTest>

#include <cmath>
#include <numbers>

using namespace portrait;
using Eigen::Vector3d;

namespace {
Vector3d axis(const Camera& camera, int column) {
  return camera.world_from_camera.block<3, 1>(0, column);
}
}  // namespace

class CameraTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // METHOD, camera: azimuth 0 = front (+Z), positive = towards +X; elevation positive = above.
  void the_front_camera_looks_at_the_face() {
    const Camera camera = rig_camera({0, 0});
    QVERIFY(camera.position().isApprox(Vector3d(0, 0, 2.7)));
    QVERIFY(axis(camera, 0).isApprox(Vector3d(1, 0, 0)));   // image right = the viewer's right
    QVERIFY(axis(camera, 1).isApprox(Vector3d(0, -1, 0)));  // image down = -Y
    QVERIFY(axis(camera, 2).isApprox(Vector3d(0, 0, -1)));
  }

  void azimuth_and_elevation_have_their_signs() {
    QVERIFY(rig_camera({90, 0}).position().isApprox(Vector3d(2.7, 0, 0)));
    QVERIFY(rig_camera({-90, 0}).position().isApprox(Vector3d(-2.7, 0, 0)));
    QVERIFY(rig_camera({180, 0}).position().isApprox(Vector3d(0, 0, -2.7)));
    QVERIFY(rig_camera({0, 30}).position().y() > 0);
    // From +X, the face (+Z) is at the image's left.
    QVERIFY(project(rig_camera({90, 0}), {0, 0, 0.2}).u < 0.5);
  }

  void axes_are_a_right_handed_rotation_everywhere() {
    for (int azimuth = -180; azimuth <= 180; azimuth += 15) {
      for (int elevation = -90; elevation <= 90; elevation += 15) {
        RigOptions options;
        options.roll_deg = azimuth / 7.0;
        options.pivot = {0.1, -0.2, 0.05};
        const Camera camera = rig_camera({double(azimuth), double(elevation)}, options);
        const Eigen::Matrix3d rotation = camera.world_from_camera.block<3, 3>(0, 0);
        QVERIFY((rotation.transpose() * rotation).isIdentity(1e-12));
        QVERIFY(std::abs(rotation.determinant() - 1) < 1e-12);
        QVERIFY((camera.world_from_camera.row(3) == Eigen::RowVector4d(0, 0, 0, 1)));
        const Projection centre = project(camera, options.pivot);
        QVERIFY(std::abs(centre.u - 0.5) < 1e-12 && std::abs(centre.v - 0.5) < 1e-12);
        QVERIFY(std::abs(centre.depth - options.radius) < 1e-12);
      }
    }
  }

  void an_upright_camera_keeps_up_up() {
    for (int azimuth = 0; azimuth < 360; azimuth += 30) {
      const Camera camera = rig_camera({double(azimuth), 20});
      QVERIFY(std::abs(axis(camera, 0).y()) < 1e-12);
      QVERIFY(axis(camera, 1).y() < 0);
    }
  }

  void roll_turns_the_picture_clockwise_seen_along_the_view() {
    RigOptions options;
    options.roll_deg = 90;
    // The camera turns right axis to down axis, so what was right of the centre is now above.
    const Projection right = project(rig_camera({0, 0}, options), {0.1, 0, 0});
    QVERIFY(std::abs(right.u - 0.5) < 1e-12 && right.v < 0.5);
  }

  void rays_and_projections_are_inverse() {
    RandomStream random({1});
    for (int i = 0; i < 200; ++i) {
      RigOptions options;
      options.roll_deg = random.uniform(-30, 30);
      Camera camera = rig_camera({random.uniform(-180, 180), random.uniform(-80, 80)}, options);
      camera.focal_x = random.uniform(0.8, 4);
      camera.focal_y = random.uniform(0.8, 4);
      camera.centre_x = random.uniform(0.3, 0.7);
      camera.centre_y = random.uniform(0.3, 0.7);
      const double u = random.uniform();
      const double v = random.uniform();
      const double t = random.uniform(0.5, 5);
      const Ray ray = camera_ray(camera, u, v);
      QVERIFY(std::abs(ray.direction.norm() - 1) < 1e-12);
      const Projection back = project(camera, ray.origin + t * ray.direction);
      QVERIFY(std::abs(back.u - u) < 1e-10 && std::abs(back.v - v) < 1e-10);
      QVERIFY(std::abs(back.depth - t * ray.direction.dot(axis(camera, 2))) < 1e-10);
    }
    QVERIFY(project(rig_camera({0, 0}), {0, 0, 3}).depth < 0);  // behind the camera
  }

  // The frame shows 0.95 of the cube at the pivot's depth.
  void the_rig_frames_the_cube() {
    const Projection edge = project(rig_camera({0, 0}), {0.475, 0, 0});
    QVERIFY(std::abs(edge.u - 1.0) < 1e-3);
  }

  void viewpoints_come_back() {
    for (int azimuth = -170; azimuth <= 180; azimuth += 10) {
      for (int elevation = -80; elevation <= 80; elevation += 20) {
        RigOptions options;
        options.pivot = {0.02, 0.1, -0.03};
        const Viewpoint found =
            viewpoint_of(rig_camera({double(azimuth), double(elevation)}, options), options.pivot);
        QVERIFY(std::abs(std::remainder(found.azimuth_deg - azimuth, 360)) < 1e-9);
        QVERIFY(std::abs(found.elevation_deg - elevation) < 1e-9);
      }
    }
    QCOMPARE(viewpoint_of(rig_camera({30, 90})).elevation_deg, 90.0);
  }

  void the_cube_is_entered_and_left() {
    const auto through = intersect_cube({{0, 0, 2.7}, {0, 0, -1}});
    QVERIFY(through);
    QCOMPARE(through->near, 2.2);
    QCOMPARE(through->far, 3.2);
    const auto inside = intersect_cube({{0, 0, 0}, {0, 1, 0}}, 0.25);
    QVERIFY(inside);
    QCOMPARE(inside->near, 0.0);
    QCOMPARE(inside->far, 0.25);
    QVERIFY(!intersect_cube({{0, 0, 2.7}, {0, 0, 1}}));     // behind
    QVERIFY(!intersect_cube({{0.6, 0, 2.7}, {0, 0, -1}}));  // beside
    const Vector3d diagonal = Vector3d(1, 1, 1).normalized();
    const auto corners = intersect_cube({-2 * diagonal, diagonal});
    QVERIFY(corners);
    QVERIFY(std::abs(corners->near - (2 - std::sqrt(0.75))) < 1e-12);
    QVERIFY(std::abs(corners->far - (2 + std::sqrt(0.75))) < 1e-12);
  }

  // The cube is closed: a ray within a face meets it, on either side.
  void a_ray_along_a_face_is_decided_by_the_other_axes() {
    for (double side : {0.5, -0.5}) {
      const auto along = intersect_cube({{side, 0, 2.7}, {0, 0, -1}});
      QVERIFY(along);
      QCOMPARE(along->near, 2.2);
      QCOMPARE(along->far, 3.2);
      QVERIFY(!intersect_cube({{side, 0.7, 2.7}, {0, 0, -1}}));
      QVERIFY(!intersect_cube({{1.001 * side, 0, 2.7}, {0, 0, -1}}));
    }
  }

  void entry_and_exit_lie_on_the_cube() {
    RandomStream random({2});
    int hits = 0;
    for (int i = 0; i < 500; ++i) {
      const Camera camera = rig_camera({random.uniform(-180, 180), random.uniform(-60, 60)});
      const Ray ray = camera_ray(camera, random.uniform(), random.uniform());
      const auto range = intersect_cube(ray);
      if (!range) continue;
      ++hits;
      for (double t : {range->near, range->far}) {
        const Vector3d point = ray.origin + t * ray.direction;
        QVERIFY(std::abs(point.cwiseAbs().maxCoeff() - 0.5) < 1e-9);
      }
    }
    QVERIFY(hits > 250);
  }

  void fields_of_view_and_focal_lengths_are_inverse() {
    QCOMPARE(focal_of_fov(90), 0.5);
    for (double fov : {10.0, 20.0, 45.0, 80.0}) {
      QVERIFY(std::abs(fov_of_focal(focal_of_fov(fov)) - fov) < 1e-12);
    }
    QVERIFY(std::abs(fov_of_focal(kRigFocal) - 19.96) < 0.01);
  }
};

QTEST_GUILESS_MAIN(CameraTest)
#include "camera_test.moc"
