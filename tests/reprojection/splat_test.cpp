// SPDX-License-Identifier: Apache-2.0
// Where the points of a view fall in another.
#include "core/nn/torch.h"

#include "core/reprojection/splat.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

namespace {

int source_at(const SplatMap& map, int x, int y) {
  return map.source[y][x].item<int>();
}

SplatOptions unclosed() {
  SplatOptions options;
  options.close_holes = false;
  return options;
}

}  // namespace

class SplatTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void the_same_camera_is_the_identity();
  void a_plane_lands_where_projection_says();
  void a_finer_target_of_the_same_camera_takes_each_pixel_once();
  void the_nearer_of_two_balls_is_in_front();
  void ties_fall_to_the_first_pixel();
  void a_step_between_two_walls_is_not_lifted();
  void grazing_surfaces_are_dropped();
  void given_normals_decide_when_there_are_any();
  void surfaces_seen_from_behind_are_dropped();
  void masks_and_opacity_decide_what_is_lifted();
  void what_is_no_depth_is_no_point();
  void points_behind_the_camera_are_dropped();
};

void SplatTest::the_same_camera_is_the_identity() {
  const Camera camera = rig_camera({25, -10});
  const DrivingView view = ball_view(camera, 65);
  const SplatMap map = make_splat(view, camera, 65, 65, unclosed());
  int shown = 0;
  for (int y = 0; y < 65; ++y) {
    for (int x = 0; x < 65; ++x) {
      const int source = source_at(map, x, y);
      if (source < 0) continue;
      ++shown;
      QCOMPARE(source, y * 65 + x);
      QCOMPARE(map.depth[y][x].item<float>(), at2(view.depth, y, x));
    }
  }
  const int lifted = view.depth.isfinite().sum().item<int>();
  QVERIFY(shown > lifted * 0.85 && shown <= lifted);  // the rim is seen at a grazing angle
}

void SplatTest::a_plane_lands_where_projection_says() {
  const Camera source = rig_camera({0, 0});
  const Camera target = rig_camera({15, 5});
  const Eigen::Vector3d normal = Eigen::Vector3d(0.2, 0.1, 1).normalized();
  const DrivingView view =
      view_of(source, 96, 80, [&](const Ray& ray) { return meet_plane(ray, normal, 0.05); });
  const SplatMap map = make_splat(view, target, 96, 80, unclosed());
  QVERIFY(map.known().mean().item<double>() > 0.75);
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 96; ++x) {
      const int from = source_at(map, x, y);
      if (from < 0) continue;
      // The plane as the target's own ray meets it, seen by the source, is the winner to a pixel.
      const Ray ray = camera_ray(target, (x + 0.5) / 96, (y + 0.5) / 80);
      const double t = meet_plane(ray, normal, 0.05);
      const Projection at = project(source, ray.origin + t * ray.direction);
      QVERIFY(std::abs(at.u * 96 - (from % 96 + 0.5)) < 1.0);
      QVERIFY(std::abs(at.v * 80 - (from / 96 + 0.5)) < 1.0);
      QVERIFY(std::abs(map.depth[y][x].item<double>() - t) < 0.02);
    }
  }
}

void SplatTest::a_finer_target_of_the_same_camera_takes_each_pixel_once() {
  const Camera camera = rig_camera({0, 0});
  const DrivingView view = view_of(
      camera, 16, 16, [](const Ray& ray) { return meet_plane(ray, Eigen::Vector3d::UnitZ(), 0); });
  const SplatMap map = make_splat(view, camera, 32, 32, unclosed());
  // The centre of a pixel is a corner of four finer ones: the right lower one has it.
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      QCOMPARE(source_at(map, x, y), x % 2 && y % 2 ? y / 2 * 16 + x / 2 : -1);
    }
  }
  // Closing rows, then columns, fills in all but the border that nothing encloses.
  const Tensor known = make_splat(view, camera, 32, 32).known();
  QVERIFY(known.slice(1, 1).slice(2, 1).eq(1).all().item<bool>());
  QVERIFY(known.slice(1, 0, 1).eq(0).all().item<bool>());
  QVERIFY(known.slice(2, 0, 1).eq(0).all().item<bool>());
}

void SplatTest::the_nearer_of_two_balls_is_in_front() {
  const Eigen::Vector3d near_centre(-0.2, 0, 0.25);
  const Eigen::Vector3d far_centre(0.2, 0, -0.25);
  const Camera source = rig_camera({-5, 0});
  const DrivingView view = view_of(source, 128, 128, [&](const Ray& ray) {
    return std::min(meet_ball(ray, near_centre, 0.15), meet_ball(ray, far_centre, 0.15));
  });
  const Camera target = rig_camera({-35, 0});  // the near ball comes before the far one
  const SplatMap map = make_splat(view, target, 128, 128);
  int both = 0;
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      if (source_at(map, x, y) < 0) continue;
      const Ray ray = camera_ray(target, (x + 0.5) / 128, (y + 0.5) / 128);
      const double near = meet_ball(ray, near_centre, 0.14);
      const double far = meet_ball(ray, far_centre, 0.14);
      if (!(near < 1e9 && far < 1e9)) continue;
      // The near ball's hidden half has no points: there the far one may show.
      const Eigen::Vector3d out = ray.origin + near * ray.direction - near_centre;
      if (out.dot(source.position() - near_centre) < 0.05) continue;
      ++both;
      QVERIFY(map.depth[y][x].item<double>() < (near + far) / 2);
    }
  }
  QVERIFY(both > 100);
}

void SplatTest::ties_fall_to_the_first_pixel() {
  // A wall at one distance from both cameras' common centre, two pixels to one of the target.
  const Camera camera = rig_camera({0, 0});
  DrivingView view{camera, at::full({8, 8}, 2.5F), {}, {}, {}};
  const SplatMap map = make_splat(view, camera, 4, 4);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) {
      QCOMPARE(source_at(map, x, y), 2 * y * 8 + 2 * x);
      QCOMPARE(map.depth[y][x].item<float>(), 2.5F);
    }
  }
  at2(view.depth, 1, 1) = 2.4999F;  // nearer by a little: it wins its pixel, the other keep theirs
  QCOMPARE(source_at(make_splat(view, camera, 4, 4), 0, 0), 9);
  QCOMPARE(source_at(make_splat(view, camera, 4, 4), 1, 0), 2);
}

void SplatTest::a_step_between_two_walls_is_not_lifted() {
  const Camera camera = rig_camera({0, 0});
  // The near wall ends at the middle column; the far one goes on behind it.
  const DrivingView view = view_of(camera, 64, 64, [](const Ray& ray) {
    return meet_plane(ray, Eigen::Vector3d::UnitZ(), ray.direction.x() < 0 ? 0.2 : -0.2);
  });
  const SplatMap same_place = make_splat(view, camera, 64, 64, unclosed());
  for (int x = 0; x < 64; ++x) {
    QCOMPARE(source_at(same_place, x, 30), x == 31 || x == 32 ? -1 : 30 * 64 + x);
  }
  // Turned so that the gap opens: void between the walls, as wide as geometry says, and no pixel
  // with a depth between theirs.
  const Camera target = rig_camera({20, 0});
  const SplatMap turned = make_splat(view, target, 64, 64);
  int open = 0;
  for (int x = 4; x < 60; ++x) {
    const Ray ray = camera_ray(target, (x + 0.5) / 64, 30.5 / 64);
    const double near = meet_plane(ray, Eigen::Vector3d::UnitZ(), 0.2);
    const double far = meet_plane(ray, Eigen::Vector3d::UnitZ(), -0.2);
    if (source_at(turned, x, 30) < 0) {
      ++open;
      continue;
    }
    const double found = turned.depth[30][x].item<double>();
    QVERIFY(std::min(std::abs(found - near), std::abs(found - far)) < 0.03);
  }
  const auto edge = [&](double z) { return project(target, Eigen::Vector3d(0, 0, z)).u * 64; };
  QVERIFY(std::abs(open - std::abs(edge(0.2) - edge(-0.2))) < 4.5);
  QVERIFY(open > 5);
}

void SplatTest::grazing_surfaces_are_dropped() {
  const Camera camera = rig_camera({0, 0});
  for (const double tilt_deg : {60.0, 72.0, 78.0, 85.0}) {
    const double tilt = tilt_deg * M_PI / 180;
    const DrivingView view = view_of(camera, 64, 64, [&](const Ray& ray) {
      return meet_plane(ray, Eigen::Vector3d(std::sin(tilt), 0, std::cos(tilt)), 0);
    });
    SplatOptions options = unclosed();
    options.max_step_px = 100;  // the angle alone decides
    const SplatMap map = make_splat(view, camera, 64, 64, options);
    QCOMPARE(source_at(map, 32, 32) >= 0, tilt_deg < options.max_angle_deg);
    options.max_angle_deg = 90;
    QVERIFY(source_at(make_splat(view, camera, 64, 64, options), 32, 32) >= 0);
  }
}

void SplatTest::given_normals_decide_when_there_are_any() {
  const Camera camera = rig_camera({10, 5});
  DrivingView view{camera, at::full({9, 11}, 2.5F), {}, {}, at::zeros({3, 9, 11})};
  const auto set_normal = [&](int x, const Eigen::Vector3d& normal) {
    for (int axis = 0; axis < 3; ++axis) view.normals[axis][4][x] = normal[axis];
  };
  const Eigen::Vector3d back = -camera.world_from_camera.block<3, 1>(0, 2);
  const Eigen::Vector3d right = camera.world_from_camera.block<3, 1>(0, 0);
  set_normal(2, 0.7 * back);
  set_normal(4, std::cos(1.2) * back + std::sin(1.2) * right);  // 69 degrees
  set_normal(6, std::cos(1.4) * back + std::sin(1.4) * right);  // 80 degrees
  set_normal(8, -back);
  set_normal(10, {std::nan(""), 0, 0});
  const SplatMap map = make_splat(view, camera, 11, 9, unclosed());
  for (int x = 0; x < 11; ++x) {
    QCOMPARE(source_at(map, x, 4) >= 0, x != 6 && x != 8 && x != 10);
  }
}

// The front of a ball does not show at its back, nor does any of it that the target looks at from
// inside, by normals that are given and by such as are found.
void SplatTest::surfaces_seen_from_behind_are_dropped() {
  DrivingView view = ball_view(rig_camera({0, 0}), 64);
  for (const bool given : {false, true}) {
    if (given) {
      view.normals = at::zeros({3, 64, 64});
      for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
          if (!std::isfinite(at2(view.depth, y, x))) continue;
          const Ray ray = camera_ray(view.camera, (x + 0.5) / 64, (y + 0.5) / 64);
          const Eigen::Vector3d p = ray.origin + double(at2(view.depth, y, x)) * ray.direction;
          for (int i = 0; i < 3; ++i) view.normals[i][y][x] = float(p[i]);
        }
      }
    }
    QVERIFY(!make_splat(view, rig_camera({180, 0}), 64, 64).known().any().item<bool>());
    const Camera side = rig_camera({80, 0});
    const SplatMap map = make_splat(view, side, 64, 64, unclosed());
    int shown = 0;
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        const int from = source_at(map, x, y);
        if (from < 0) continue;
        ++shown;
        const Ray ray = camera_ray(view.camera, (from % 64 + 0.5) / 64, (from / 64 + 0.5) / 64);
        const Eigen::Vector3d p =
            ray.origin + double(at2(view.depth, from / 64, from % 64)) * ray.direction;
        // A pixel of doubt where normals are differences.
        QVERIFY(p.normalized().dot((side.position() - p).normalized()) > -0.05);
      }
    }
    QVERIFY(shown > 200);
  }
}

void SplatTest::masks_and_opacity_decide_what_is_lifted() {
  const Camera camera = rig_camera({0, 0});
  DrivingView view{camera, at::full({4, 6}, 2.5F), at::ones({4, 6}), at::ones({4, 6}), {}};
  at2(view.opacity, 1, 1) = 0.49F;
  at2(view.opacity, 1, 4) = 0.5F;
  at2(view.segmentation, 2, 3) = 0;
  const SplatMap map = make_splat(view, camera, 6, 4, unclosed());
  const Tensor expected = at::ones({1, 4, 6});
  expected[0][1][1] = 0;
  expected[0][2][3] = 0;
  QVERIFY(at::equal(map.known(), expected));
  QVERIFY(at::equal(map.won(), expected));
  view.segmentation.zero_();
  const SplatMap nothing = make_splat(view, camera, 6, 4);
  QVERIFY(nothing.source.eq(-1).all().item<bool>());
  QVERIFY(nothing.depth.eq(kNoDepth).all().item<bool>());
  QVERIFY(nothing.closing.eq(0).all().item<bool>());
}

void SplatTest::what_is_no_depth_is_no_point() {
  const Camera camera = rig_camera({0, 0});
  DrivingView view{camera, at::full({3, 8}, 2.5F), {}, {}, {}};
  const float odd[] = {kNoDepth, -kNoDepth, std::nanf(""), 0, -2.5F, 3e38F, 1e-38F, 2.5F};
  for (int x = 0; x < 8; ++x) at2(view.depth, 1, x) = odd[x];
  SplatOptions options = unclosed();
  options.max_step_px = 1e30;
  options.max_angle_deg = 90;
  const SplatMap map = make_splat(view, rig_camera({1, 0}), 8, 3, options);
  QVERIFY(map.depth.isnan().any().item<bool>() == false);
  QVERIFY(same(map, make_splat_reference(view, rig_camera({1, 0}), 8, 3, options)));
  for (int x = 0; x < 6; ++x) QVERIFY(!map.source.eq(8 + x).any().item<bool>());
}

void SplatTest::points_behind_the_camera_are_dropped() {
  const DrivingView view = ball_view(rig_camera({0, 0}), 32);
  Camera turned_away = rig_camera({0, 0});
  turned_away.world_from_camera.block<3, 1>(0, 0) *= -1;
  turned_away.world_from_camera.block<3, 1>(0, 2) *= -1;
  QVERIFY(make_splat(view, turned_away, 32, 32).source.eq(-1).all().item<bool>());
  Camera inside = rig_camera({0, 0});  // the ball lies round it: only what is before it shows
  inside.world_from_camera.block<3, 1>(0, 3) = Eigen::Vector3d(0, 0, 0.3);
  const SplatMap map = make_splat(view, inside, 32, 32);
  QVERIFY(same(map, make_splat_reference(view, inside, 32, 32)));
}

QTEST_GUILESS_MAIN(SplatTest)
#include "splat_test.moc"
