// SPDX-License-Identifier: Apache-2.0
#include "core/texture/normal_map.h"

#include "core/base/error.h"
#include "core/texture/texel_map.h"
#include "tests/texture/painted_ball.h"

#include <Eigen/Geometry>

#include <QtTest>

using namespace portrait;

namespace {

constexpr float kHeight = 0.002F;  // of the bumps, world units; slopes of 13 degrees
constexpr float kWaves = 40;

// Of the bumps in a direction d: sin(k dx) sin(k dy), and its gradient along the ball.
float bump(const Eigen::Vector3f& d) {
  return std::sin(kWaves * d.x()) * std::sin(kWaves * d.y());
}

// Normal of |x| = R + h bump(x / |x|): the gradient of what is zero there.
Eigen::Vector3f bumpy_normal(const Eigen::Vector3f& d) {
  const Eigen::Vector3f slope(kWaves * std::cos(kWaves * d.x()) * std::sin(kWaves * d.y()),
                              kWaves * std::sin(kWaves * d.x()) * std::cos(kWaves * d.y()), 0);
  const float radius = kBallRadius + kHeight * bump(d);
  return (d - kHeight / radius * (slope - d * d.dot(slope))).normalized();
}

TriangleMesh bumpy_ball() {
  TriangleMesh mesh = ball_mesh(768, 384);
  for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
    const Eigen::Vector3f d = mesh.normals[i];
    mesh.positions[i] = (kBallRadius + kHeight * bump(d)) * d;
    mesh.normals[i] = bumpy_normal(d);
  }
  return mesh;
}

float degrees_between(const Eigen::Vector3f& a, const Eigen::Vector3f& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b)) * 180 / std::numbers::pi_v<float>;
}

// Eight bits, as files have them.
Eigen::Vector3f told_by(const Image& map, std::size_t texel) {
  Eigen::Vector3f out;
  for (std::size_t c = 0; c < 3; ++c) {
    out[int(c)] = 2 * std::round(255 * map.pixels[3 * texel + c]) / 255 - 1;
  }
  return out;
}

bool is_flat(const Image& map) {
  for (std::size_t i = 0; i < map.pixels.size(); i += 3) {
    const float* p = map.pixels.data() + i;
    if (std::lround(255 * p[0]) != 128 || std::lround(255 * p[1]) != 128 ||
        std::lround(255 * p[2]) != 255) {
      return false;
    }
  }
  return true;
}

}  // namespace

class NormalMapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_smooth_ball_gets_the_bumps_of_a_fine_one();
  void what_is_flat_stays_flat();
  void what_is_far_or_turned_away_says_nothing();
  void bad_input_is_refused();
};

void NormalMapTest::a_smooth_ball_gets_the_bumps_of_a_fine_one() {
  constexpr int kSize = 256;
  const TriangleMesh mesh = ball_mesh(96, 48);
  const Image map = bake_normal_map(mesh, bumpy_ball(), kSize);
  const TexelMap texels(mesh, kSize);
  double off = 0;
  double without = 0;
  float worst = 0;
  int count = 0;
  for (std::size_t i = 0; i < std::size_t(kSize) * kSize; ++i) {
    if (!texels.covered(i)) continue;
    const Eigen::Vector3f d = texels.at(i, mesh, mesh.positions).normalized();
    if (std::abs(d.y()) > 0.95F) continue;  // u turns about the poles within one triangle
    // The frame that the ball's texture has by its making: u eastward, upward is north.
    const Eigen::Vector3f east = Eigen::Vector3f::UnitY().cross(d).normalized();
    const Eigen::Vector3f told = told_by(map, i);
    const Eigen::Vector3f normal = told.x() * east + told.y() * d.cross(east) + told.z() * d;
    const float degrees = degrees_between(normal, bumpy_normal(d));
    off += degrees;
    without += degrees_between(d, bumpy_normal(d));
    worst = std::max(worst, degrees);
    ++count;
  }
  QVERIFY(count > kSize * kSize / 2);
  QVERIFY2(without / count > 5, qPrintable(QString::number(without / count)));
  QVERIFY2(off / count < 0.6, qPrintable(QString::number(off / count)));
  QVERIFY2(worst < 4, qPrintable(QString::number(worst)));
}

void NormalMapTest::what_is_flat_stays_flat() {
  const TriangleMesh square = square_mesh(0.3F, 0.1F);
  QVERIFY(is_flat(bake_normal_map(square, square, 32)));
  // And a tilted one is not: its normals lean to +X, along growing u, and up the picture.
  TriangleMesh leaning = square;
  for (Eigen::Vector3f& n : leaning.normals) n = Eigen::Vector3f(0.48F, 0.36F, 0.8F);
  const Image map = bake_normal_map(square, leaning, 32);
  for (std::size_t i = 0; i < map.pixels.size(); i += 3) {
    QVERIFY(std::abs(map.pixels[i] - 0.74F) < 1e-4F);
    QVERIFY(std::abs(map.pixels[i + 1] - 0.68F) < 1e-4F);
    QVERIFY(std::abs(map.pixels[i + 2] - 0.9F) < 1e-4F);
  }
}

void NormalMapTest::what_is_far_or_turned_away_says_nothing() {
  const TriangleMesh square = square_mesh(0.3F, 0.1F);
  TriangleMesh other = square_mesh(0.3F, 0.1F - 2 * kNormalReach);
  for (Eigen::Vector3f& n : other.normals) n = Eigen::Vector3f(0.6F, 0, 0.8F);
  QVERIFY(is_flat(bake_normal_map(square, other, 32)));
  other = square_mesh(0.3F, 0.1F - 0.5F * kNormalReach);
  for (Eigen::Vector3f& n : other.normals) n = Eigen::Vector3f(0.6F, 0, -0.8F);
  QVERIFY(is_flat(bake_normal_map(square, other, 32)));
}

void NormalMapTest::bad_input_is_refused() {
  const TriangleMesh square = square_mesh(0.3F, 0);
  TriangleMesh bare = square;
  bare.normals.clear();
  QVERIFY_EXCEPTION_THROWN(bake_normal_map(bare, square, 8), Error);
  QVERIFY_EXCEPTION_THROWN(bake_normal_map(square, bare, 8), Error);
  QVERIFY_EXCEPTION_THROWN(bake_normal_map(square, square, 0), Error);
}

QTEST_GUILESS_MAIN(NormalMapTest)
#include "normal_map_test.moc"
