// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texel_map.h"

#include "core/base/error.h"
#include "core/texture/texture_padding.h"
#include "core/texture/triangle_raster.h"
#include "tests/texture/painted_ball.h"

#include <QtTest>

using namespace portrait;

class TexelMapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void raster_covers_what_half_planes_say();
  void triangles_without_area_cover_nothing();
  void corners_may_lie_anywhere();
  void texels_know_their_place();
  void a_mesh_without_texcoords_is_refused();
  void padding_takes_the_nearest_colour();
  void padding_is_smooth();
  void padding_reaches_everywhere();
};

void TexelMapTest::raster_covers_what_half_planes_say() {
  const std::array<Eigen::Vector2d, 3> corners = {
      Eigen::Vector2d(-3.2, 4.1), {17.7, -2.9}, {11.3, 15.4}};
  std::vector<int> covered(16 * 12, 0);
  for_each_pixel_in(corners, 16, 12, [&](int x, int y, const Eigen::Vector3d& w) {
    ++covered[std::size_t(y * 16 + x)];
    QVERIFY(std::abs(w.sum() - 1) < 1e-12);
    const Eigen::Vector2d back = w[0] * corners[0] + w[1] * corners[1] + w[2] * corners[2];
    QVERIFY((back - Eigen::Vector2d(x + 0.5, y + 0.5)).norm() < 1e-9);
  });
  int inside = 0;
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 16; ++x) {
      int left = 0;
      for (std::size_t e = 0; e < 3; ++e) {
        const Eigen::Vector2d a = corners[e];
        const Eigen::Vector2d b = corners[(e + 1) % 3];
        left += (b.x() - a.x()) * (y + 0.5 - a.y()) - (b.y() - a.y()) * (x + 0.5 - a.x()) > 0;
      }
      const bool in = left == 3 || left == 0;
      QCOMPARE(covered[std::size_t(y * 16 + x)], in ? 1 : 0);
      inside += in;
    }
  }
  QVERIFY(inside > 40);
}

void TexelMapTest::triangles_without_area_cover_nothing() {
  int calls = 0;
  const auto count = [&](int, int, const Eigen::Vector3d&) { ++calls; };
  for_each_pixel_in({Eigen::Vector2d(1, 1), {5, 5}, {3, 3}}, 8, 8, count);
  for_each_pixel_in({Eigen::Vector2d(-9, -9), {-5, -5}, {-3, -8}}, 8, 8, count);
  for_each_pixel_in({Eigen::Vector2d(1, 1), {NAN, 5}, {3, 7}}, 8, 8, count);
  for_each_pixel_in({Eigen::Vector2d(1, 1), {1e200, 5}, {3, 1e200}}, 8, 8, count);
  QCOMPARE(calls, 0);
}

void TexelMapTest::corners_may_lie_anywhere() {
  // Just before a camera, places are farther off than integers reach.
  int calls = 0;
  const auto count = [&](int, int, const Eigen::Vector3d&) { ++calls; };
  for_each_pixel_in({Eigen::Vector2d(-1e12, -1e12), {1e12, -1e12}, {0, 1e12}}, 8, 8, count);
  QCOMPARE(calls, 64);
  for_each_pixel_in({Eigen::Vector2d(1e12, 1e12), {2e12, 1e12}, {1e12, 2e12}}, 8, 8, count);
  for_each_pixel_in({Eigen::Vector2d(-9, 1), {-1, 1}, {-5, 5}}, 8, 8, count);
  QCOMPARE(calls, 64);
}

void TexelMapTest::texels_know_their_place() {
  TriangleMesh mesh = square_mesh(0.4F, 0.1F);
  for (Eigen::Vector2f& place : mesh.texcoords) place = 0.5F * place + Eigen::Vector2f(0.25F, 0);
  const TexelMap texels(mesh, 64);
  const std::vector<std::uint8_t> coverage = texels.coverage();
  int covered = 0;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const std::size_t texel = std::size_t(64 * y + x);
      const bool in = x >= 16 && x < 48 && y < 32;
      QCOMPARE(texels.covered(texel), in);
      QCOMPARE(int(coverage[texel]), in ? 1 : 0);
      if (!in) continue;
      ++covered;
      const Eigen::Vector3f expected(-0.4F + 0.8F * (float(x - 16) + 0.5F) / 32,
                                     0.4F - 0.8F * (float(y) + 0.5F) / 32, 0.1F);
      QVERIFY((texels.at(texel, mesh, mesh.positions) - expected).norm() < 1e-5F);
    }
  }
  QCOMPARE(covered, 32 * 32);
}

void TexelMapTest::a_mesh_without_texcoords_is_refused() {
  TriangleMesh mesh = square_mesh(0.4F, 0);
  QVERIFY_EXCEPTION_THROWN(TexelMap(mesh, 0), Error);
  QVERIFY_EXCEPTION_THROWN(TexelMap(mesh, 1 << 20), Error);
  QVERIFY_EXCEPTION_THROWN(TexelMap(TriangleMesh{}, 8), Error);
  mesh.texcoords.clear();
  QVERIFY_EXCEPTION_THROWN(TexelMap(mesh, 8), Error);
}

void TexelMapTest::padding_takes_the_nearest_colour() {
  // Two charts side by side, a gap of twelve texels between them.
  Image texture(32, 8, 1);
  std::vector<std::uint8_t> covered(32 * 8, 0);
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 32; ++x) {
      if (x >= 10 && x < 22) continue;
      covered[std::size_t(32 * y + x)] = 1;
      *texture.at(x, y) = x < 10 ? 0.25F : 0.75F;
    }
  }
  pad_texture(texture, covered);
  for (int y = 0; y < 8; ++y) {
    for (int x = 10; x < 14; ++x) QCOMPARE(*texture.at(x, y), 0.25F);
    for (int x = 18; x < 22; ++x) QCOMPARE(*texture.at(x, y), 0.75F);
    for (int x = 14; x < 18; ++x) {
      QVERIFY(*texture.at(x, y) >= 0.25F && *texture.at(x, y) <= 0.75F);
    }
  }
}

void TexelMapTest::padding_is_smooth() {
  // Far from any chart colours run into each other, without blocks.
  Image texture(256, 64, 1);
  std::vector<std::uint8_t> covered(256 * 64, 0);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 256; ++x) {
      if (x >= 16 && x < 240) continue;
      covered[std::size_t(256 * y + x)] = 1;
      *texture.at(x, y) = x < 16 ? 0.0F : 1.0F;
    }
  }
  pad_texture(texture, covered);
  for (int y = 0; y < 64; ++y) {
    for (int x = 1; x < 256; ++x) {
      const float step = *texture.at(x, y) - *texture.at(x - 1, y);
      QVERIFY2(step >= 0 && step < 0.05F, qPrintable(QString::number(step)));
    }
  }
}

void TexelMapTest::padding_reaches_everywhere() {
  Image texture(37, 21, 3);  // odd on purpose
  std::vector<std::uint8_t> covered(37 * 21, 0);
  const Image before = texture;
  pad_texture(texture, covered);
  QVERIFY(texture.pixels == before.pixels);  // nothing to take from
  covered[37 * 20 + 36] = 1;
  for (int c = 0; c < 3; ++c) texture.at(36, 20)[c] = 0.2F * float(c + 1);
  pad_texture(texture, covered);
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 37; ++x) {
      for (int c = 0; c < 3; ++c) QCOMPARE(texture.at(x, y)[c], 0.2F * float(c + 1));
    }
  }
  covered.pop_back();
  QVERIFY_EXCEPTION_THROWN(pad_texture(texture, covered), Error);
}

QTEST_GUILESS_MAIN(TexelMapTest)
#include "texel_map_test.moc"
