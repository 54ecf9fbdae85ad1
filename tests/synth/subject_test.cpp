// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/synth/photo_sample.h"
#include "core/synth/render_subject.h"
#include "core/synth/subject_mesh.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <optional>

using namespace portrait;

namespace {

std::filesystem::path heads() {
  return std::filesystem::path(PORTRAIT_SOURCE_DIR) /
         "../shared/data/heads/ict_facekit_light.safetensors";
}
std::filesystem::path hair() {
  return std::filesystem::path(PORTRAIT_SOURCE_DIR) / "../shared/data/heads/hair_cc0.safetensors";
}

template <typename T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

double psnr(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::pow(a.pixels[i] - b.pixels[i], 2);
  return -10 * std::log10(sum / double(a.pixels.size()));
}

}  // namespace

class SubjectTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    if (!std::filesystem::exists(heads())) QSKIP("the head model is not beside the project");
    assets_ = SynthAssets::load(heads(), hair());
  }

  void broken_files_are_refused() {
    try {
      SynthAssets::load(hair(), heads());
      QFAIL("a hair file was taken for a head");
    } catch (const Error& e) {
      QCOMPARE(int(e.code()), int(ErrorCode::kCorrupt));
    }
    try {
      SynthAssets::load("/nowhere/head.safetensors", hair());
      QFAIL("a missing file was taken");
    } catch (const Error& e) {
      QCOMPARE(int(e.code()), int(ErrorCode::kNotFound));
    }
  }

  // Inside a chunk of a running parallel_for everything is serial: the same as one thread.
  void same_bytes_on_any_number_of_threads() {
    const SubjectRecipe recipe = draw_recipe(3);
    const Camera camera = rig_camera({30, 10});
    const SubjectMesh first = build_subject(assets_, recipe);
    const SubjectView a = render_subject(first, camera, 96);
    const RandomKey key{5, random_purpose("test"), 1, 2};
    const PhotoSample photo_a = draw_photo(first, key, 64);
    std::optional<SubjectView> b;
    std::optional<PhotoSample> photo_b;
    parallel_for(1, 1, [&](std::int64_t, std::int64_t) {
      const SubjectMesh second = build_subject(assets_, recipe);
      b = render_subject(second, camera, 96);
      photo_b = draw_photo(second, key, 64);
    });
    QVERIFY(same_bytes(a.rgb.pixels, b->rgb.pixels));
    QVERIFY(same_bytes(a.alpha.pixels, b->alpha.pixels));
    QVERIFY(same_bytes(a.depth.pixels, b->depth.pixels));
    QVERIFY(same_bytes(a.normals.pixels, b->normals.pixels));
    QVERIFY(same_bytes(a.part, b->part));
    QVERIFY(same_bytes(photo_a.rgb.pixels, photo_b->rgb.pixels));
    QVERIFY(!same_bytes(photo_a.rgb.pixels, draw_photo(first, {6, 1, 1, 2}, 64).rgb.pixels));
  }

  void a_photo_without_geometry_is_the_same_picture() {
    const SubjectMesh subject = build_subject(assets_, draw_recipe(4));
    const RandomKey key{5, random_purpose("test"), 4, 0};
    PhotoOptions options;
    const PhotoSample whole = draw_photo(subject, key, 96, options);
    options.geometry = false;
    const PhotoSample picture = draw_photo(subject, key, 96, options);
    QVERIFY(same_bytes(whole.rgb.pixels, picture.rgb.pixels));
    QVERIFY(same_bytes(whole.matte.pixels, picture.matte.pixels));
    QVERIFY(same_bytes(whole.clean.pixels, picture.clean.pixels));
    QVERIFY(picture.depth.empty() && picture.normals.empty() && !whole.depth.empty());
    for (std::size_t i = 0; i < 68; ++i) {
      QVERIFY(whole.landmarks[i].pixel == picture.landmarks[i].pixel);
      QVERIFY(!picture.landmarks[i].visible);
    }
  }

  void landmarks_lie_on_the_visible_surface() {
    SubjectRecipe recipe = draw_recipe(1);
    recipe.hair = {};
    recipe.hair.style = ProceduralHair::kBald;
    recipe.glasses.present = false;
    recipe.headwear = {};
    recipe.expression.clear();
    const SubjectMesh subject = build_subject(assets_, recipe);
    const int size = 512;
    const SubjectView front = render_subject(subject, rig_camera({0, 0}), size);
    int seen = 0;
    for (int i = 17; i < 60; ++i) {
      const Landmark& l = front.landmarks[std::size_t(i)];
      QVERIFY(l.pixel.x() > 0 && l.pixel.x() < size && l.pixel.y() > 0 && l.pixel.y() < size);
      if (l.visible) ++seen;
    }
    QVERIFY2(seen >= 41, qPrintable(QString::number(seen)));
    // The tip of the nose is the nearest point to the camera around it; eyes are above the mouth.
    QVERIFY(front.landmarks[30].pixel.y() < front.landmarks[57].pixel.y());
    QVERIFY(front.landmarks[36].pixel.y() < front.landmarks[30].pixel.y());
    // Index 36 is the subject's right eye: at the picture's left.
    QVERIFY(front.landmarks[36].pixel.x() < front.landmarks[45].pixel.x());
    // From behind none of the face is seen; from the side only one half of it.
    const SubjectView back = render_subject(subject, rig_camera({180, 0}), size);
    for (int i = 17; i < 68; ++i) QVERIFY(!back.landmarks[std::size_t(i)].visible);
    const SubjectView side = render_subject(subject, rig_camera({90, 0}), size);
    QVERIFY(side.landmarks[45].visible && !side.landmarks[36].visible);
    QVERIFY(side.landmarks[14].visible && !side.landmarks[2].visible);
  }

  void views_agree_without_highlights() {
    // A point seen by two cameras has one colour.
    SubjectRecipe recipe = draw_recipe(2);
    const SubjectMesh subject = build_subject(assets_, recipe);
    const SurfacePoint point = surface_point(subject, 2000, {0.3F, 0.3F, 0.4F});
    const Eigen::Vector3f here = radiance(subject, point, {0, 0, 3}, Specular::kNone);
    QVERIFY(here == radiance(subject, point, {2, 1, 1}, Specular::kNone));
    QVERIFY(radiance(subject, point, {0, 0, 3}, Specular::kFrontView) ==
            radiance(subject, point, {2, 1, 1}, Specular::kFrontView));
  }

  void every_style_covers_head_and_neck() {
    const Camera front = rig_camera({0, 0});
    const Camera back = rig_camera({180, 0});
    for (int style = 0; style < kProceduralStyles + int(assets_.hair.size()); ++style) {
      SubjectRecipe recipe = draw_recipe(40 + std::uint32_t(style));
      const bool mesh = style >= kProceduralStyles;
      recipe.hair.mesh = mesh ? assets_.hair[std::size_t(style - kProceduralStyles)].name : "";
      if (!mesh) recipe.hair.style = ProceduralHair(style);
      recipe.hair.crown = 0;
      recipe.headwear = {};
      const SubjectMesh subject = build_subject(assets_, recipe);
      SubjectRenderOptions options;
      options.supersampling = 1;
      options.colour = false;
      for (const Camera& camera : {front, back}) {
        const SubjectView view = render_subject(subject, camera, 128, options);
        double cover = 0;
        for (float a : view.alpha.pixels) cover += a;
        cover /= double(view.alpha.pixels.size());
        QVERIFY2(cover > 0.3 && cover < 0.75, qPrintable(QString("%1: %2").arg(style).arg(cover)));
        // No hole in the skull: the middle of the picture is covered.
        for (int y = 45; y < 100; ++y) QVERIFY(*view.alpha.at(64, y) == 1.0F);
      }
      const SubjectView behind = render_subject(subject, back, 128, options);
      const bool bald = !mesh && recipe.hair.style == ProceduralHair::kBald;
      int hairy = 0;
      for (int y = 38; y < 54; ++y) {
        for (int x = 54; x < 74; ++x) {
          if (behind.part[std::size_t(y * 128 + x)] == Part::kHair) ++hairy;
        }
      }
      const double share = hairy / (16.0 * 20.0);
      QVERIFY2(bald ? share == 0 : share > 0.93,
               qPrintable(QString("style %1: %2").arg(style).arg(share)));
    }
  }

  // Single hairs are hair where the face has it, and nowhere on the cheeks.
  void brows_and_beards_grow_where_they_should() {
    SubjectRecipe recipe = plain_recipe();
    const auto hairs_near = [&](const SubjectView& view, std::size_t landmark, float up_px) {
      const Eigen::Vector2f at = view.landmarks[landmark].pixel - Eigen::Vector2f(0, up_px);
      int count = 0;
      for (int y = int(at.y()) - 6; y <= int(at.y()) + 6; ++y) {
        for (int x = int(at.x()) - 6; x <= int(at.x()) + 6; ++x)
          count += view.part[std::size_t(y * view.rgb.width + x)] == Part::kHair;
      }
      return count;
    };
    const int size = 512;
    const SubjectView shaven =
        render_subject(build_subject(assets_, recipe), rig_camera({0, 0}), size);
    QVERIFY(hairs_near(shaven, 19, 0) > 40 && hairs_near(shaven, 24, 0) > 40);
    QCOMPARE(hairs_near(shaven, 8, 10), 0);
    QCOMPARE(hairs_near(shaven, 27, 60), 0);
    recipe.skin.stubble = 1;
    recipe.skin.beard_cm = 3;
    recipe.skin.beard_reach = 0.5F;
    const SubjectView bearded =
        render_subject(build_subject(assets_, recipe), rig_camera({0, 0}), size);
    QVERIFY(hairs_near(bearded, 8, 10) > 100);
    QCOMPARE(hairs_near(bearded, 27, 60), 0);
    // The truth of the face stays what it was.
    for (std::size_t i = 0; i < 68; ++i)
      QVERIFY(bearded.landmarks[i].pixel == shaven.landmarks[i].pixel);
  }

  void headwear_covers_the_crown_and_not_the_face() {
    for (const Headwear kind :
         {Headwear::kBeanie, Headwear::kCap, Headwear::kBrimmed, Headwear::kScarf}) {
      SubjectRecipe recipe = plain_recipe();
      recipe.hair.style = ProceduralHair::kLongStraight;
      recipe.hair.thickness_cm = 0.4F;
      recipe.headwear.kind = kind;
      const SubjectMesh subject = build_subject(assets_, recipe);
      const int size = 256;
      const SubjectView above = render_subject(subject, rig_camera({0, 75}), size);
      int cloth = 0;
      for (int y = 96; y < 144; ++y) {
        for (int x = 108; x < 148; ++x)
          cloth += above.part[std::size_t(y * size + x)] == Part::kCloth;
      }
      QVERIFY2(cloth > 0.97 * 48 * 40, qPrintable(QString("%1: %2").arg(int(kind)).arg(cloth)));
      const SubjectView front = render_subject(subject, rig_camera({0, -5}), size);
      for (const std::size_t i : {27U, 30U, 36U, 45U, 48U, 54U, 57U})
        QVERIFY2(front.landmarks[i].visible, qPrintable(QString("%1: %2").arg(int(kind)).arg(i)));
    }
  }

  void a_bald_crown_shows_skin() {
    SubjectRecipe recipe = plain_recipe();
    recipe.hair.style = ProceduralHair::kCrop;
    int hairy[2] = {0, 0};
    for (int bald = 0; bald < 2; ++bald) {
      recipe.hair.crown = bald ? 0.8F : 0.0F;
      const SubjectView above =
          render_subject(build_subject(assets_, recipe), rig_camera({180, 60}), 128);
      for (int y = 40; y < 64; ++y) {
        for (int x = 54; x < 74; ++x)
          hairy[bald] += above.part[std::size_t(y * 128 + x)] == Part::kHair;
      }
    }
    QVERIFY2(hairy[0] > 400 && hairy[1] < hairy[0] / 3,
             qPrintable(QString("%1, %2").arg(hairy[0]).arg(hairy[1])));
  }

  void build_widens_the_jaw_and_leaves_the_eyes() {
    SubjectRecipe recipe = plain_recipe();
    recipe.build = -1;
    const SubjectMesh thin = build_subject(assets_, recipe);
    recipe.build = 1;
    const SubjectMesh heavy = build_subject(assets_, recipe);
    const auto width = [](const SubjectMesh& m, std::size_t a, std::size_t b) {
      return (m.landmarks[a] - m.landmarks[b]).norm();
    };
    QVERIFY(width(heavy, 4, 12) > 1.08F * width(thin, 4, 12));
    QVERIFY(std::abs(width(heavy, 36, 45) / width(thin, 36, 45) - 1) < 0.02F);
  }

  void photos_have_matte_and_background() {
    const SubjectMesh subject = build_subject(assets_, draw_recipe(9));
    for (std::uint32_t view = 0; view < 4; ++view) {
      const PhotoSample photo = draw_photo(subject, {1, random_purpose("test"), 9, view}, 96);
      double cover = 0;
      for (float a : photo.matte.pixels) cover += a;
      cover /= double(photo.matte.pixels.size());
      QVERIFY2(cover > 0.08 && cover < 0.95, qPrintable(QString::number(cover)));
      for (float v : photo.rgb.pixels) QVERIFY(v >= 0 && v <= 1);
      QVERIFY(std::abs(photo.yaw_deg) <= 1.36 * 45 && photo.fov_deg >= 13 && photo.fov_deg <= 75);
      // The stated camera is the one that took it.
      SubjectRenderOptions options;
      options.specular = Specular::kViewer;
      const SubjectView again = render_subject(subject, photo.camera, 96, options);
      QVERIFY(same_bytes(again.alpha.pixels, photo.matte.pixels));
      QVERIFY(psnr(again.rgb, photo.clean) > 60);
    }
  }

  void surface_samples_lie_in_the_cube() {
    const SubjectMesh subject = build_subject(assets_, draw_recipe(9));
    const SurfaceSamples samples = sample_surface(subject, 500, {1, 2, 3, 4});
    QCOMPARE(samples.position.size(), std::size_t(500));
    for (const Eigen::Vector3f& p : samples.position) QVERIFY(p.cwiseAbs().maxCoeff() <= 0.5F);
    for (const Eigen::Vector3f& c : samples.rgb) QVERIFY(c.minCoeff() >= 0 && c.maxCoeff() <= 1);
  }

 private:
  // A bald face without anything worn, of the mean shape.
  static SubjectRecipe plain_recipe() {
    SubjectRecipe recipe = draw_recipe(1);
    recipe.identity.clear();
    recipe.expression.clear();
    recipe.build = 0;
    recipe.hair = {};
    recipe.hair.style = ProceduralHair::kBald;
    recipe.skin.stubble = 0;
    recipe.skin.beard_cm = 0;
    recipe.glasses = {};
    recipe.headwear = {};
    return recipe;
  }

  SynthAssets assets_;
};

QTEST_GUILESS_MAIN(SubjectTest)
#include "subject_test.moc"
