// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texture_bake.h"

#include "core/base/error.h"
#include "core/texture/mesh_picture.h"
#include "core/texture/texel_map.h"
#include "tests/texture/painted_ball.h"

#include <QtTest>

using namespace portrait;

namespace {

constexpr int kTexture = 512;

BakeView view_at(const Viewpoint& viewpoint, bool leads = false) {
  const Camera camera = rig_camera(viewpoint);
  return {camera, ball_picture(camera, 512), leads};
}

std::vector<BakeSource> sources_round(const TriangleMesh& mesh) {
  std::vector<BakeSource> sources;
  for (const double azimuth : {0, 60, 120, 180, 240, 300}) {
    sources.emplace_back(view_at({azimuth, 0}), mesh);
  }
  sources.emplace_back(view_at({0, 80}), mesh);
  sources.emplace_back(view_at({0, -80}), mesh);
  return sources;
}

// PSNR of the covered texels against the truth, between two heights of the ball.
double psnr_of(const Image& colour, const TriangleMesh& mesh, float low, float high) {
  const TexelMap texels(mesh, colour.width);
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < colour.pixels.size() / 3; ++i) {
    if (!texels.covered(i)) continue;
    const Eigen::Vector3f place = kBallRadius * texels.at(i, mesh, mesh.positions).normalized();
    if (place.y() < low || place.y() > high) continue;
    const Eigen::Vector3f truth = ball_colour(place);
    for (int c = 0; c < 3; ++c) {
      const double d = colour.pixels[3 * i + std::size_t(c)] - truth[c];
      sum += d * d;
    }
    ++count;
  }
  return -10 * std::log10(sum / double(3 * count));
}

}  // namespace

class TextureBakeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_ball_gets_its_colours_back();
  void views_of_other_light_leave_no_seam();
  void the_photo_leads_where_it_sees();
  void what_is_hidden_takes_no_colour();
  void what_none_sees_has_the_vertex_colours();
  void pixels_of_the_source_are_counted();
  void bad_input_is_refused();
};

void TextureBakeTest::a_ball_gets_its_colours_back() {
  const TriangleMesh mesh = ball_mesh();
  const BakedTexture baked = bake_texture(mesh, sources_round(mesh), kTexture);
  QVERIFY2(psnr_of(baked.colour, mesh, -1, 1) > 32,
           qPrintable(QString::number(psnr_of(baked.colour, mesh, -1, 1))));
  QVERIFY(baked.unseen < 0.001);
  QCOMPARE(baked.source_pixels_per_texel, 0.0);
  // And drawn anew from where no picture was taken.
  const Camera camera = rig_camera({35, 15});
  const Image drawn = picture_of_mesh(mesh, baked.colour, camera, 256);
  const Image truth = ball_picture(camera, 256);
  double sum = 0;
  int count = 0;
  for (int i = 0; i < 256 * 256; ++i) {
    const std::size_t at = 4 * std::size_t(i);
    if (drawn.pixels[at + 3] < 1 || truth.pixels[at + 3] < 1) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      sum += std::pow(double(drawn.pixels[at + c] - truth.pixels[at + c]), 2);
    }
    count += 3;
  }
  QVERIFY(count > 3 * 15000);
  const double psnr = -10 * std::log10(sum / count);
  QVERIFY2(psnr > 28, qPrintable(QString::number(psnr)));
  const BakedTexture again = bake_texture(mesh, sources_round(mesh), kTexture);
  QVERIFY(again.colour.pixels == baked.colour.pixels);
}

void TextureBakeTest::views_of_other_light_leave_no_seam() {
  // Every second view is brighter by 0.08. Along the equator no two neighbouring texels may differ
  // much more than the truth's do.
  const TriangleMesh mesh = ball_mesh();
  std::vector<BakeSource> sources;
  int number = 0;
  for (const double azimuth : {0, 45, 90, 135, 180, 225, 270, 315}) {
    BakeView view = view_at({azimuth, 0});
    if (number++ % 2 == 1) {
      for (std::size_t i = 0; i < view.rgba.pixels.size(); ++i) {
        if (i % 4 != 3) view.rgba.pixels[i] += 0.08F;
      }
    }
    sources.emplace_back(std::move(view), mesh);
  }
  const BakedTexture baked = bake_texture(mesh, sources, kTexture);
  const TexelMap texels(mesh, kTexture);
  float worst = 0;
  for (int x = 0; x + 1 < kTexture; ++x) {
    const std::size_t i = std::size_t(kTexture / 2) * kTexture + std::size_t(x);
    const Eigen::Vector3f here = ball_colour(texels.at(i, mesh, mesh.positions));
    const Eigen::Vector3f next = ball_colour(texels.at(i + 1, mesh, mesh.positions));
    const float* a = baked.colour.at(x, kTexture / 2);
    worst = std::max(worst, std::abs((a[5] - a[2]) - (next[2] - here[2])));  // blue has no stripes
  }
  QVERIFY2(worst < 0.01F, qPrintable(QString::number(worst)));
}

void TextureBakeTest::the_photo_leads_where_it_sees() {
  const TriangleMesh mesh = ball_mesh();
  std::vector<BakeSource> sources = sources_round(mesh);
  BakeView photo = view_at({0, 0}, true);
  for (std::size_t i = 2; i < photo.rgba.pixels.size(); i += 4) photo.rgba.pixels[i] = 0;
  sources.emplace_back(std::move(photo), mesh);
  const BakedTexture baked = bake_texture(mesh, sources, kTexture);
  QCOMPARE(*baked.seen.at(kTexture / 2, kTexture / 2), 1.0F);  // straight in front
  QVERIFY(baked.colour.at(kTexture / 2, kTexture / 2)[2] < 0.01F);
  QCOMPARE(*baked.seen.at(4, kTexture / 2), 0.0F);  // behind
  QVERIFY(baked.colour.at(4, kTexture / 2)[2] > 0.25F);
  float last = 1;
  for (int x = kTexture / 2; x < kTexture; ++x) {  // and hands over gradually, once
    const float share = *baked.seen.at(x, kTexture / 2);
    QVERIFY(share <= last + 0.02F && share >= last - 0.08F);
    last = share;
  }
}

void TextureBakeTest::what_is_hidden_takes_no_colour() {
  // A square behind a smaller one, which is red: seen from in front the red lies on the near one.
  TriangleMesh mesh = square_mesh(0.4F, -0.2F);
  for (Eigen::Vector2f& place : mesh.texcoords) place.x() *= 0.5F;
  TriangleMesh near = square_mesh(0.1F, 0.2F);
  for (std::size_t i = 0; i < 4; ++i) {
    mesh.positions.push_back(near.positions[i]);
    mesh.normals.push_back(near.normals[i]);
    mesh.colours.push_back(near.colours[i]);
    mesh.texcoords.push_back({0.5F + 0.5F * near.texcoords[i].x(), near.texcoords[i].y()});
  }
  for (const auto& t : near.triangles) mesh.triangles.push_back({t[0] + 4, t[1] + 4, t[2] + 4});
  const Camera camera = rig_camera({0, 0});
  Image picture(512, 512, 4, 1.0F);
  for (int y = 0; y < 512; ++y) {
    for (int x = 0; x < 512; ++x) {
      const Ray ray = camera_ray(camera, (x + 0.5) / 512, (y + 0.5) / 512);
      const double t = (0.2 - ray.origin.z()) / ray.direction.z();
      const Eigen::Vector3d hit = ray.origin + t * ray.direction;
      const bool red = std::max(std::abs(hit.x()), std::abs(hit.y())) < 0.1;
      picture.at(x, y)[1] = picture.at(x, y)[2] = red ? 0.0F : 1.0F;
    }
  }
  const BakedTexture baked = bake_texture(mesh, {BakeSource({camera, picture}, mesh)}, 256);
  QVERIFY(baked.unseen > 0.02 && baked.unseen < 0.1);
  QVERIFY(baked.colour.at(192, 128)[1] < 0.05F);  // the near square's middle
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 128; ++x) QVERIFY(baked.colour.at(x, y)[1] > 0.4F);
  }
}

void TextureBakeTest::what_none_sees_has_the_vertex_colours() {
  TriangleMesh mesh = ball_mesh();
  for (Eigen::Vector3f& colour : mesh.colours) colour = {0, linear_of_srgb(0.75F), 0};
  const BakedTexture baked = bake_texture(mesh, {BakeSource(view_at({0, 0}), mesh)}, kTexture);
  QVERIFY(baked.unseen > 0.45 && baked.unseen < 0.7);
  QVERIFY(std::abs(baked.colour.at(4, kTexture / 2)[1] - 0.75F) < 1e-4F);
}

void TextureBakeTest::pixels_of_the_source_are_counted() {
  // A square of 0.6 a side over the whole texture, 2.7 away: 0.6 / 2.7 * 2.842 of the width.
  const TriangleMesh mesh = square_mesh(0.3F, 0);
  const BakeView photo{rig_camera({0, 0}), Image(1000, 1000, 4, 1.0F), true};
  const BakedTexture baked = bake_texture(mesh, {BakeSource(photo, mesh)}, 128);
  const double expected = 0.6 / kRigRadius * kRigFocal * 1000 / 128;
  QVERIFY(std::abs(baked.source_pixels_per_texel - expected) < 0.01 * expected);
}

void TextureBakeTest::bad_input_is_refused() {
  TriangleMesh mesh = ball_mesh(24, 12);
  QVERIFY_EXCEPTION_THROWN(BakeSource({rig_camera({0, 0}), Image(8, 8, 3)}, mesh), Error);
  QVERIFY_EXCEPTION_THROWN(bake_texture(mesh, {}, 0), Error);
  mesh.colours.clear();
  QVERIFY_EXCEPTION_THROWN(bake_texture(mesh, {}, 16), Error);
}

QTEST_GUILESS_MAIN(TextureBakeTest)
#include "texture_bake_test.moc"
