// SPDX-License-Identifier: Apache-2.0
#include "core/camera/camera.h"
#include "core/synth/render_subject.h"

#include <QtTest>

#include <cmath>
#include <numbers>

using namespace portrait;

namespace {

SubjectMesh sphere(const Eigen::Vector3f& centre, float radius, int rings, int sides) {
  SubjectMesh mesh;
  mesh.rest_landmarks.fill(Eigen::Vector3f(0, 0, 100));
  mesh.landmarks.fill(Eigen::Vector3f::Zero());
  for (int r = 0; r <= rings; ++r) {
    const float a = std::numbers::pi_v<float> * float(r) / float(rings);
    for (int s = 0; s < sides; ++s) {
      const float b = 2 * std::numbers::pi_v<float> * float(s) / float(sides);
      SubjectVertex v;
      v.normal = {std::sin(a) * std::sin(b), std::cos(a), std::sin(a) * std::cos(b)};
      v.position = centre + radius * v.normal;
      mesh.vertices.push_back(v);
    }
  }
  for (int r = 0; r < rings; ++r) {
    for (int s = 0; s < sides; ++s) {
      const auto at = [&](int i, int j) { return std::uint32_t(i * sides + j % sides); };
      mesh.triangles.push_back({at(r, s), at(r + 1, s), at(r, s + 1)});
      mesh.triangles.push_back({at(r, s + 1), at(r + 1, s), at(r + 1, s + 1)});
    }
  }
  mesh.part.assign(mesh.triangles.size(), Part::kCloth);
  mesh.cut.assign(mesh.triangles.size(), 0);
  return mesh;
}

// A square in the plane z = slope * x, seen at an angle, its uv in centimetres.
SubjectMesh tilted_square() {
  SubjectMesh mesh;
  mesh.rest_landmarks.fill(Eigen::Vector3f(0, 0, 100));
  mesh.landmarks.fill(Eigen::Vector3f::Zero());
  for (int k = 0; k < 4; ++k) {
    SubjectVertex v;
    const float x = k % 2 ? 0.4F : -0.4F;
    const float y = k / 2 ? 0.4F : -0.4F;
    v.position = {x, y, 1.1F * x};
    v.normal = Eigen::Vector3f(-1.1F, 0, 1).normalized();
    mesh.vertices.push_back(v);
  }
  mesh.triangles = {{0, 1, 2}, {1, 3, 2}};
  mesh.part = {Part::kCloth, Part::kCloth};
  mesh.cut = {0, 0};
  return mesh;
}

}  // namespace

class RasteriserTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sphere_depth_is_analytic() {
    const Eigen::Vector3f centre(0.05F, -0.04F, 0.1F);
    const float radius = 0.3F;
    const SubjectMesh mesh = sphere(centre, radius, 200, 400);
    for (const Viewpoint viewpoint : {Viewpoint{0, 0}, Viewpoint{50, 20}, Viewpoint{180, -30}}) {
      const Camera camera = rig_camera(viewpoint);
      for (int supersampling : {1, 2, 3}) {
        SubjectRenderOptions options;
        options.supersampling = supersampling;
        options.colour = false;
        const int size = 96;
        const SubjectView view = render_subject(mesh, camera, size, options);
        int compared = 0;
        for (int y = 0; y < size; ++y) {
          for (int x = 0; x < size; ++x) {
            const Ray ray = camera_ray(camera, (x + 0.5) / size, (y + 0.5) / size);
            const Eigen::Vector3d to = centre.cast<double>() - ray.origin;
            const double along = to.dot(ray.direction);
            const double miss2 = to.squaredNorm() - along * along;
            const float depth = *view.depth.at(x, y);
            if (miss2 > 1.01 * radius * radius) {
              QVERIFY(std::isinf(depth));
              QCOMPARE(int(view.part[std::size_t(y * size + x)]), int(Part::kNone));
            } else if (miss2 < 0.9 * radius * radius) {
              const double expected = along - std::sqrt(radius * radius - miss2);
              QVERIFY2(std::abs(depth - expected) < 3e-4,
                       qPrintable(QString::number(depth - expected)));
              const Eigen::Vector3d p = ray.origin + expected * ray.direction;
              const Eigen::Vector3d n = (p - centre.cast<double>()).normalized();
              const Eigen::Vector3f got = Eigen::Map<const Eigen::Vector3f>(view.normals.at(x, y));
              QVERIFY(got.cast<double>().dot(n) > 0.999);
              QCOMPARE(*view.alpha.at(x, y), 1.0F);
              ++compared;
            }
          }
        }
        QVERIFY(compared > 500);
      }
    }
  }

  void attributes_are_perspective_correct() {
    const SubjectMesh mesh = tilted_square();
    RigOptions rig;
    rig.radius = 1.2;  // near, so that affine interpolation would be far off
    rig.focal = 1.0;
    const Camera camera = rig_camera({0, 0}, rig);
    SubjectRenderOptions options;
    options.supersampling = 1;
    options.colour = false;
    const int size = 64;
    const SubjectView view = render_subject(mesh, camera, size, options);
    const Eigen::Vector3d normal = Eigen::Vector3d(-1.1, 0, 1).normalized();
    int compared = 0;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const float depth = *view.depth.at(x, y);
        if (std::isinf(depth)) continue;
        const Ray ray = camera_ray(camera, (x + 0.5) / size, (y + 0.5) / size);
        const double expected = -ray.origin.dot(normal) / ray.direction.dot(normal);
        QVERIFY(std::abs(depth - expected) < 1e-5);
        ++compared;
      }
    }
    QVERIFY(compared > 800);
  }

  void alpha_is_coverage() {
    const float radius = 0.3F;
    const SubjectMesh mesh = sphere(Eigen::Vector3f::Zero(), radius, 100, 200);
    const Camera camera = rig_camera({0, 0});
    SubjectRenderOptions options;
    options.supersampling = 4;
    options.colour = false;
    const int size = 128;
    const SubjectView view = render_subject(mesh, camera, size, options);
    double area = 0;
    for (float a : view.alpha.pixels) area += a;
    // The outline is the circle of tangents.
    const double outline =
        kRigFocal * radius / std::sqrt(kRigRadius * kRigRadius - radius * radius);
    const double expected = std::numbers::pi * outline * outline * size * size;
    QVERIFY2(std::abs(area / expected - 1) < 0.005, qPrintable(QString::number(area / expected)));
  }

  void points_outside_the_cube_are_cut() {
    SubjectMesh mesh = sphere({0, -0.4F, 0}, 0.3F, 60, 120);
    mesh.cut.assign(mesh.triangles.size(), 1);
    SubjectRenderOptions options;
    options.supersampling = 1;
    options.colour = false;
    const Camera camera = rig_camera({0, 0});
    const int size = 128;
    const SubjectView view = render_subject(mesh, camera, size, options);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const float depth = *view.depth.at(x, y);
        if (std::isinf(depth)) continue;
        const Ray ray = camera_ray(camera, (x + 0.5) / size, (y + 0.5) / size);
        QVERIFY((ray.origin + depth * ray.direction).cwiseAbs().maxCoeff() < 0.5001);
      }
    }
  }
};

QTEST_GUILESS_MAIN(RasteriserTest)
#include "rasteriser_test.moc"
