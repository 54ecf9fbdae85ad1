// SPDX-License-Identifier: Apache-2.0
#include "core/training/frontal_view.h"

#include "core/camera/viewpoint_rig.h"
#include "core/prior/photo_lift.h"
#include "core/training/subject_cache.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class FrontalViewTest : public QObject {
  Q_OBJECT

  static constexpr float kRadius = 0.3F;

  // Evenly over a sphere, as the cache stores them.
  static Tensor sphere() {
    constexpr int kCount = 60000;
    Tensor points = at::empty({kCount, 3}, at::kShort);
    auto* p = points.data_ptr<std::int16_t>();
    for (int i = 0; i < kCount; ++i) {
      const float y = 1 - 2 * (float(i) + 0.5F) / kCount;
      const float across = std::sqrt(1 - y * y);
      const float angle = 2.39996323F * float(i);
      for (float v : {across * std::cos(angle), y, across * std::sin(angle)})
        *p++ = std::int16_t(std::lround(kRadius * v * kPointScale));
    }
    return points;
  }

  static Eigen::Vector3f at_yaw(double degrees, float radius) {
    const double a = degrees * 3.14159265358979 / 180;
    return {radius * float(std::sin(a)), 0, radius * float(std::cos(a))};
  }

 private Q_SLOTS:
  void a_sphere_is_seen_as_far_as_its_front() {
    const FrontalView front(sphere());
    for (double yaw : {0.0, 45.0, -45.0, 80.0, -80.0, 95.0}) {
      QVERIFY2(front.sees(at_yaw(yaw, kRadius)), std::to_string(yaw).c_str());
    }
    for (double yaw : {150.0, -150.0, 180.0}) {
      QVERIFY2(!front.sees(at_yaw(yaw, kRadius)), std::to_string(yaw).c_str());
    }
  }

  void space_before_and_beside_is_empty_a_shell_is_matter_the_rest_unknown() {
    using Space = FrontalView::Space;
    const FrontalView front(sphere());
    QVERIFY(front.tells({0, 0, 0.45F}) == Space::kEmpty);
    QVERIFY(front.tells({0.45F, 0, 0}) == Space::kEmpty);
    QVERIFY(front.tells({0, 0.45F, 0}) == Space::kEmpty);
    QVERIFY(front.tells({0, 0, kRadius - 0.02F}) == Space::kMatter);
    QVERIFY(front.tells(at_yaw(60, kRadius - 0.02F)) == Space::kMatter);
    QVERIFY(front.tells({0, 0, 0}) == Space::kUnknown);
    QVERIFY(front.tells({0, 0, 0.02F - kRadius}) == Space::kUnknown);
    QVERIFY(front.tells({0, 0, -0.34F}) == Space::kUnknown);  // behind, hidden from all views
  }

  void yaw_is_the_camera_s_place_round_the_head() {
    for (double yaw : {0.0, 30.0, -60.0, 120.0}) {
      const Tensor camera = camera_tensor(rig_camera({yaw, 20}));
      QVERIFY(std::abs(FrontalView::yaw_deg(camera) - yaw) < 0.01);
      QCOMPARE(FrontalView::is_frontal(camera), std::abs(yaw) <= 45);
    }
  }
};

QTEST_GUILESS_MAIN(FrontalViewTest)
#include "frontal_view_test.moc"
