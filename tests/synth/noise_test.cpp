// SPDX-License-Identifier: Apache-2.0
#include "core/synth/noise.h"

#include "core/base/random.h"

#include <QtTest>

using namespace portrait;

namespace {

// The definition, corner by corner.
float plain_value3(const Eigen::Vector3f& p, std::uint32_t seed) {
  const float fx = std::floor(p.x());
  const float fy = std::floor(p.y());
  const float fz = std::floor(p.z());
  const float tx = noise::fade(p.x() - fx);
  const float ty = noise::fade(p.y() - fy);
  const float tz = noise::fade(p.z() - fz);
  float plane[2];
  for (int k = 0; k < 2; ++k) {
    const auto corner = [&](int x, int y) {
      return noise::lattice(std::int32_t(fx) + x, std::int32_t(fy) + y, std::int32_t(fz) + k, seed);
    };
    const float low = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * tx;
    const float high = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * tx;
    plane[k] = low + (high - low) * ty;
  }
  return plane[0] + (plane[1] - plane[0]) * tz;
}

}  // namespace

class NoiseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void eight_corners_at_once_give_the_bits_of_the_definition() {
    RandomStream random({1, random_purpose("noise test"), 0, 0});
    for (int i = 0; i < 20000; ++i) {
      const Eigen::Vector3f p(float(random.uniform(-300, 300)), float(random.uniform(-300, 300)),
                              float(random.uniform(-300, 300)));
      const std::uint32_t seed = random.next_u32();
      QCOMPARE(noise::value3(p, seed), plain_value3(p, seed));
    }
  }

  void lattice_points_hold_their_own_values_below_zero_too() {
    for (const Eigen::Vector3f& p :
         {Eigen::Vector3f(0, 0, 0), Eigen::Vector3f(-3, 2, -7), Eigen::Vector3f(5, -1, 4)}) {
      QCOMPARE(noise::value3(p, 9),
               noise::lattice(int(p.x()), int(p.y()), int(p.z()), 9));
    }
  }
};

QTEST_GUILESS_MAIN(NoiseTest)
#include "noise_test.moc"
