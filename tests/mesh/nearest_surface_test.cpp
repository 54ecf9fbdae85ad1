// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/nearest_surface.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <Eigen/Geometry>

#include <QtTest>

using namespace portrait;

namespace {

// A wavy sheet over [-0.3, 0.3]^2 with normals that tell each place from the others.
TriangleMesh sheet(int cells) {
  TriangleMesh mesh;
  for (int j = 0; j <= cells; ++j) {
    for (int i = 0; i <= cells; ++i) {
      const float x = 0.6F * float(i) / float(cells) - 0.3F;
      const float y = 0.6F * float(j) / float(cells) - 0.3F;
      mesh.positions.emplace_back(x, y, 0.05F * std::sin(9 * x) * std::cos(7 * y));
      mesh.normals.push_back(Eigen::Vector3f(2 * x, 2 * y, 1).normalized());
    }
  }
  const auto at = [&](int i, int j) { return std::uint32_t(j * (cells + 1) + i); };
  for (int j = 0; j < cells; ++j) {
    for (int i = 0; i < cells; ++i) {
      mesh.triangles.push_back({at(i, j), at(i + 1, j), at(i + 1, j + 1)});
      mesh.triangles.push_back({at(i, j), at(i + 1, j + 1), at(i, j + 1)});
    }
  }
  return mesh;
}

// Every triangle, sampled finely: slow, and nothing to go wrong.
std::pair<float, Eigen::Vector3f> by_samples(const TriangleMesh& mesh,
                                             const Eigen::Vector3f& from) {
  constexpr int kSteps = 24;
  std::pair<float, Eigen::Vector3f> best{1e9F, {}};
  for (const auto& [a, b, c] : mesh.triangles) {
    for (int i = 0; i <= kSteps; ++i) {
      for (int j = 0; i + j <= kSteps; ++j) {
        const Eigen::Vector3f w =
            Eigen::Vector3f(float(i), float(j), float(kSteps - i - j)) / kSteps;
        const Eigen::Vector3f place =
            w[0] * mesh.positions[a] + w[1] * mesh.positions[b] + w[2] * mesh.positions[c];
        const float distance = (place - from).norm();
        if (distance >= best.first) continue;
        best = {distance, (w[0] * mesh.normals[a] + w[1] * mesh.normals[b] + w[2] * mesh.normals[c])
                              .normalized()};
      }
    }
  }
  return best;
}

}  // namespace

class NearestSurfaceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void agrees_with_looking_at_all();
  void the_other_side_is_passed_over();
  void bad_input_is_refused();
};

void NearestSurfaceTest::agrees_with_looking_at_all() {
  constexpr float kReach = 0.04F;
  const TriangleMesh mesh = sheet(12);
  const NearestSurface surface(mesh, kReach);
  RandomStream random({.seed = 7, .purpose = random_purpose("nearest_surface")});
  int near = 0;
  int far = 0;
  for (int i = 0; i < 400; ++i) {
    // Beside the sheet too, where borders and corners are nearest.
    const Eigen::Vector3f from(0.8F * float(random.uniform()) - 0.4F,
                               0.8F * float(random.uniform()) - 0.4F,
                               0.3F * float(random.uniform()) - 0.15F);
    const auto [distance, normal] = by_samples(mesh, from);
    const auto found = surface.normal_at(from, Eigen::Vector3f::UnitZ());
    if (distance < kReach - 0.003F) {
      QVERIFY(found.has_value());
      QVERIFY2((*found - normal).norm() < 0.02F,
               qPrintable(QString::number((*found - normal).norm())));
      ++near;
    } else if (distance > kReach) {
      QVERIFY(!found.has_value());
      ++far;
    }
  }
  QVERIFY(near > 50 && far > 50);
  QVERIFY(!surface.normal_at({1e9F, -1e9F, 0}, Eigen::Vector3f::UnitZ()).has_value());
}

void NearestSurfaceTest::the_other_side_is_passed_over() {
  TriangleMesh mesh = sheet(4);
  const std::size_t count = mesh.positions.size();
  for (std::size_t i = 0; i < count; ++i) {  // a second sheet behind it that faces away
    mesh.positions.push_back(mesh.positions[i] - Eigen::Vector3f(0, 0, 0.01F));
    mesh.normals.push_back(-mesh.normals[i]);
  }
  const std::size_t triangles = mesh.triangles.size();
  for (std::size_t t = 0; t < triangles; ++t) {
    const auto [a, b, c] = mesh.triangles[t];
    const auto offset = std::uint32_t(count);
    mesh.triangles.push_back({c + offset, b + offset, a + offset});
  }
  const NearestSurface surface(mesh, 0.05F);
  const Eigen::Vector3f behind(0.02F, 0.01F, -0.03F);
  QVERIFY(surface.normal_at(behind, Eigen::Vector3f::UnitZ())->z() > 0.5F);
  QVERIFY(surface.normal_at(behind, -Eigen::Vector3f::UnitZ())->z() < -0.5F);
}

void NearestSurfaceTest::bad_input_is_refused() {
  TriangleMesh mesh = sheet(2);
  QVERIFY_EXCEPTION_THROWN(NearestSurface(mesh, 0), Error);
  QVERIFY_EXCEPTION_THROWN(NearestSurface(TriangleMesh{}, 0.1F), Error);
  mesh.normals.clear();
  QVERIFY_EXCEPTION_THROWN(NearestSurface(mesh, 0.1F), Error);
}

QTEST_GUILESS_MAIN(NearestSurfaceTest)
#include "nearest_surface_test.moc"
