// SPDX-License-Identifier: Apache-2.0
#include "core/field/capsule_map.h"
#include "core/base/random.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

using namespace portrait;

namespace {

std::map<int, float> weights_at(const Eigen::Vector3f& place) {
  std::map<int, float> weights;
  const CapsuleTaps taps = capsule_taps(place);
  for (std::size_t i = 0; i < 4; ++i) {
    if (taps.weights[i] > 0) weights[taps.texels[i]] += taps.weights[i];
  }
  return weights;
}

// 0: the same texels, 1: none in common.
float apart(const Eigen::Vector3f& a, const Eigen::Vector3f& b) {
  const auto left = weights_at(a), right = weights_at(b);
  float common = 0;
  for (const auto& [texel, weight] : left) {
    if (const auto found = right.find(texel); found != right.end()) {
      common += std::min(weight, found->second);
    }
  }
  return 1 - common;
}

Eigen::Vector3f on_head(double azimuth_deg, double elevation_deg, double radius = 0.22) {
  const double a = azimuth_deg * std::numbers::pi / 180;
  const double e = elevation_deg * std::numbers::pi / 180;
  const Eigen::Vector3d out(std::sin(a) * std::cos(e), std::sin(e), std::cos(a) * std::cos(e));
  return Eigen::Vector3f(0, CapsuleMap::kCentreY, CapsuleMap::kCentreZ) +
         (radius * out).cast<float>();
}

}  // namespace

class CapsuleMapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void weights_sum_to_one_and_texels_exist() {
    RandomStream random({3, random_purpose("capsule map test"), 0, 0});
    for (int i = 0; i < 20000; ++i) {
      const Eigen::Vector3f place(float(random.uniform(-0.6, 0.6)),
                                  float(random.uniform(-0.7, 0.6)),
                                  float(random.uniform(-0.6, 0.6)));
      const CapsuleTaps taps = capsule_taps(place);
      float sum = 0;
      for (std::size_t corner = 0; corner < 4; ++corner) {
        QVERIFY(taps.texels[corner] >= 0 && taps.texels[corner] < CapsuleMap::kTexels);
        QVERIFY(taps.weights[corner] >= 0);
        sum += taps.weights[corner];
      }
      QVERIFY(std::abs(sum - 1) < 1e-5F);
    }
    for (const float y : {-1.0F, 0.05F, 0.4F}) {  // on the axis itself
      const CapsuleTaps taps = capsule_taps({0, y, CapsuleMap::kCentreZ});
      QVERIFY(std::isfinite(taps.weights[0]));
    }
  }

  void the_crown_is_a_chart_of_its_own() {
    QVERIFY(capsule_taps(on_head(30, 44)).texels[0] < CapsuleMap::kStrip);
    QVERIFY(capsule_taps(on_head(30, 46)).texels[0] >= CapsuleMap::kStrip);
  }

  // Behind the head, where the strip closes, neighbours stay neighbours.
  void the_strip_closes() {
    QVERIFY(apart(on_head(179.95, 10), on_head(-179.95, 10)) < 0.4F);
    QVERIFY(apart(on_head(179, 10), on_head(-179, 10)) > 0.9F);
  }

  void cylinder_and_sphere_meet() {
    const Eigen::Vector3f above = on_head(20, 0.02), below = on_head(20, -0.02);
    QVERIFY(apart(above, below) < 0.2F);
  }

  // Views that disagree about depth agree about the texel; front and back do not share one.
  void how_far_out_does_not_matter_which_side_does() {
    QVERIFY(apart(on_head(40, 20, 0.2), on_head(40, 20, 0.25)) < 1e-2F);
    QVERIFY(apart(on_head(40, -0.0, 0.2), on_head(40, -0.0, 0.25)) < 1e-2F);
    QCOMPARE(apart(on_head(10, 5), on_head(170, 5)), 1.0F);
  }

  // About a pixel of the rig's pictures of 512, which show 0.95 of the cube: two places 1.5 pixels
  // apart are told from one another, none of half a pixel are further than a texel.
  void a_texel_is_about_a_pixel() {
    const double pixel = 0.95 / 512;
    for (const double azimuth : {0.0, 33.0, 45.0, 90.0, 135.0, 180.0}) {
      for (const double elevation : {-50.0, -20.0, 0.0, 30.0, 60.0, 80.0}) {
        const Eigen::Vector3f here = on_head(azimuth, elevation);
        const double radians = pixel / 0.22;
        const double degrees = radians * 180 / std::numbers::pi;
        const Eigen::Vector3f up = on_head(azimuth, elevation + 2.5 * degrees);
        QVERIFY(apart(here, up) > 0.8F);
        const Eigen::Vector3f near = on_head(azimuth, elevation + 0.1 * degrees);
        QVERIFY(apart(here, near) < 0.35F);
      }
    }
  }
};

QTEST_GUILESS_MAIN(CapsuleMapTest)
#include "capsule_map_test.moc"
