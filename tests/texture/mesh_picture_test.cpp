// SPDX-License-Identifier: Apache-2.0
#include "core/texture/mesh_picture.h"

#include "core/base/error.h"
#include "tests/texture/painted_ball.h"

#include <QtTest>

using namespace portrait;

class MeshPictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void depth_is_that_of_the_plane();
  void the_nearest_surface_hides_the_rest();
  void textures_are_drawn_in_perspective();
  void vertex_colours_are_encoded();
  void what_cannot_be_drawn_is_refused();
};

void MeshPictureTest::depth_is_that_of_the_plane() {
  const Camera camera = rig_camera({0, 0});
  const Image depth = depth_of_mesh(square_mesh(0.2F, 0.1F), camera, 40, 30);
  QCOMPARE(depth.width, 40);
  QCOMPARE(depth.height, 30);
  QVERIFY(std::abs(*depth.at(20, 15) - float(kRigRadius - 0.1)) < 1e-5F);
  QCOMPARE(*depth.at(0, 0), 0.0F);
}

void MeshPictureTest::the_nearest_surface_hides_the_rest() {
  TriangleMesh both = square_mesh(0.4F, -0.2F);
  const TriangleMesh near = square_mesh(0.1F, 0.2F);
  for (std::size_t i = 0; i < 4; ++i) {
    both.positions.push_back(near.positions[i]);
    both.normals.push_back(near.normals[i]);
    both.colours.emplace_back(1, 0, 0);
    both.texcoords.push_back(near.texcoords[i]);
  }
  // Whichever is drawn first.
  for (const bool near_first : {false, true}) {
    TriangleMesh mesh = both;
    for (const auto& t : near.triangles) mesh.triangles.push_back({t[0] + 4, t[1] + 4, t[2] + 4});
    if (near_first)
      std::rotate(mesh.triangles.begin(), mesh.triangles.begin() + 2, mesh.triangles.end());
    const Image picture = picture_of_mesh(mesh, {}, rig_camera({0, 0}), 33);
    QVERIFY(picture.at(16, 16)[0] > 0.99F && picture.at(16, 16)[1] < 0.01F);
    QVERIFY(std::abs(picture.at(5, 16)[1] - srgb_of_linear(0.25F)) < 1e-5F);
    QCOMPARE(picture.at(5, 16)[3], 1.0F);
    QCOMPARE(picture.at(0, 0)[3], 0.0F);
  }
}

void MeshPictureTest::textures_are_drawn_in_perspective() {
  // Red grows with u: what a pixel of a square seen aslant shows is known from its ray.
  const TriangleMesh mesh = square_mesh(0.3F, 0);
  Image texture(256, 256, 3);
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 256; ++x) {
      texture.at(x, y)[0] = (float(x) + 0.5F) / 256;
      texture.at(x, y)[1] = (float(y) + 0.5F) / 256;
    }
  }
  const Camera camera = rig_camera({60, 20});
  const Image picture = picture_of_mesh(mesh, texture, camera, 64);
  int seen = 0;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      if (picture.at(x, y)[3] < 1) continue;
      const Ray ray = camera_ray(camera, (x + 0.5) / 64, (y + 0.5) / 64);
      const Eigen::Vector3d hit = ray.origin - ray.origin.z() / ray.direction.z() * ray.direction;
      const double u = 0.5 + hit.x() / 0.6;
      const double v = 0.5 - hit.y() / 0.6;
      if (u < 0.03 || u > 0.97 || v < 0.03 || v > 0.97) continue;
      QVERIFY(std::abs(picture.at(x, y)[0] - u) < 0.005);
      QVERIFY(std::abs(picture.at(x, y)[1] - v) < 0.005);
      ++seen;
    }
  }
  QVERIFY(seen > 300);
}

void MeshPictureTest::vertex_colours_are_encoded() {
  TriangleMesh mesh = square_mesh(0.3F, 0);
  for (Eigen::Vector3f& colour : mesh.colours) colour = {0.5F, 0.0F, 1.0F};
  const Image picture = picture_of_mesh(mesh, {}, rig_camera({0, 0}), 16);
  QVERIFY(std::abs(picture.at(8, 8)[0] - srgb_of_linear(0.5F)) < 1e-6F);
  QVERIFY(std::abs(picture.at(8, 8)[2] - 1) < 1e-6F);
}

void MeshPictureTest::what_cannot_be_drawn_is_refused() {
  TriangleMesh mesh = square_mesh(0.3F, 0);
  QVERIFY_EXCEPTION_THROWN(picture_of_mesh(mesh, {}, rig_camera({0, 0}), 0), Error);
  mesh.colours.clear();
  QVERIFY_EXCEPTION_THROWN(picture_of_mesh(mesh, {}, rig_camera({0, 0}), 16), Error);
  mesh.texcoords.clear();
  QVERIFY_EXCEPTION_THROWN(picture_of_mesh(mesh, Image(4, 4, 3), rig_camera({0, 0}), 16), Error);
}

QTEST_GUILESS_MAIN(MeshPictureTest)
#include "mesh_picture_test.moc"
