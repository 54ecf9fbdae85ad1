// SPDX-License-Identifier: Apache-2.0
#include "core/synth/subject_mesh.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

using namespace portrait;

namespace {

constexpr float kPerCm = 1 / 40.0F;

// Extents of a part along an axis, world units; over what `among` is true of.
template <typename Among>
std::pair<float, float> extents(const SubjectMesh& subject, Part part, int axis, Among&& among) {
  std::pair<float, float> range{1e9F, -1e9F};
  for (std::size_t t = 0; t < subject.triangles.size(); ++t) {
    if (subject.part[t] != part) continue;
    for (const std::uint32_t v : subject.triangles[t]) {
      const Eigen::Vector3f& p = subject.vertices[v].position;
      if (!among(p)) continue;
      range.first = std::min(range.first, p[axis]);
      range.second = std::max(range.second, p[axis]);
    }
  }
  return range;
}

std::pair<float, float> extents(const SubjectMesh& subject, Part part, int axis) {
  return extents(subject, part, axis, [](const Eigen::Vector3f&) { return true; });
}

}  // namespace

// What changes a person's outline: hair that is tied up or stands off, and how the body is held.
class OutlineTest : public QObject {
  Q_OBJECT

  SynthAssets assets_;

  static SubjectRecipe plain() {
    SubjectRecipe recipe = draw_recipe(1);
    recipe.hair = {};
    recipe.hair.style = ProceduralHair::kSweptBack;
    recipe.hair.thickness_cm = 1;
    recipe.glasses.present = false;
    recipe.headwear = {};
    recipe.posture = {};
    recipe.skin.beard_cm = 0;
    return recipe;
  }

 private Q_SLOTS:
  void initTestCase() {
    const std::filesystem::path folder =
        std::filesystem::path(PORTRAIT_SOURCE_DIR) / "../shared/data/heads";
    if (!std::filesystem::exists(folder)) QSKIP("the head model is not beside the project");
    assets_ = SynthAssets::load(folder / "ict_facekit_light.safetensors",
                                folder / "hair_cc0.safetensors");
  }

  void the_body_turns_and_the_face_stays() {
    SubjectRecipe recipe = plain();
    const SubjectMesh straight = build_subject(assets_, recipe);
    recipe.posture = {30, 6, 4};
    const SubjectMesh turned = build_subject(assets_, recipe);
    for (std::size_t i = 17; i < 68; ++i) {
      QVERIFY((turned.landmarks[i] - straight.landmarks[i]).norm() < 1e-6F);
    }
    QCOMPARE(turned.vertices.size(), straight.vertices.size());
    double moved = 0;
    for (std::size_t v = 0; v < turned.vertices.size(); ++v) {
      const SubjectVertex& a = straight.vertices[v];
      const SubjectVertex& b = turned.vertices[v];
      // The chin is at -8.2 cm, 1 cm below the cube's middle.
      if (a.position.y() > (-8.2F + 1) * kPerCm + 1e-4F) {
        QVERIFY((a.position - b.position).norm() < 1e-6F);
      }
      QVERIFY(std::abs(b.normal.norm() - a.normal.norm()) < 1e-4F);
      moved = std::max(moved, double((a.position - b.position).norm()));
    }
    QVERIFY(moved > 0.2);  // a shoulder
    // The bust goes on ending at the cube's bottom, all round.
    QVERIFY(std::abs(extents(turned, Part::kCloth, 1).first -
                     extents(straight, Part::kCloth, 1).first) < 1e-3F);
  }

  void a_torso_has_the_depth_it_is_given() {
    SubjectRecipe recipe = plain();
    recipe.cloth.chest_cm = 8;
    recipe.cloth.back_cm = 7;
    const std::pair<float, float> slim = extents(build_subject(assets_, recipe), Part::kCloth, 2);
    recipe.cloth.chest_cm = 13;
    recipe.cloth.back_cm = 11.5F;
    const std::pair<float, float> deep = extents(build_subject(assets_, recipe), Part::kCloth, 2);
    QVERIFY(std::abs(deep.second - slim.second - 5 * kPerCm) < 1.5F * kPerCm);
    QVERIFY(std::abs(slim.first - deep.first - 4.5F * kPerCm) < 1.5F * kPerCm);
  }

  void buns_stand_off_where_they_are_put() {
    SubjectRecipe recipe = plain();
    const SubjectMesh none = build_subject(assets_, recipe);
    recipe.hair.gathered.buns = 1;
    recipe.hair.gathered.bun_cm = 3;
    recipe.hair.gathered.elevation_deg = 10;
    const SubjectMesh one = build_subject(assets_, recipe);
    const auto behind = [&](const SubjectMesh& s) { return extents(s, Part::kHair, 2); };
    // Flattened to four fifths, half sunk in: three to five centimetres more.
    const float more = (behind(none).first - behind(one).first) / kPerCm;
    QVERIFY2(more > 2.5F && more < 6, qPrintable(QString::number(more)));
    QVERIFY(std::abs(behind(none).second - behind(one).second) < 0.02F);  // nothing in front
    recipe.hair.gathered.buns = 2;
    recipe.hair.gathered.azimuth_deg = 110;
    const std::pair<float, float> wide = extents(build_subject(assets_, recipe), Part::kHair, 0);
    const std::pair<float, float> bare = extents(none, Part::kHair, 0);
    QVERIFY(wide.second - bare.second > 2 * kPerCm && bare.first - wide.first > 2 * kPerCm);
  }

  void a_tail_falls_outside_of_neck_and_back() {
    SubjectRecipe recipe = plain();
    const SubjectMesh none = build_subject(assets_, recipe);
    recipe.hair.gathered.tail_cm = 30;
    const SubjectMesh tail = build_subject(assets_, recipe);
    QVERIFY(extents(tail, Part::kHair, 1).first < -0.3F);
    QVERIFY(extents(none, Part::kHair, 1).first > -0.25F);
    // At the height of the neck it hangs behind the skin there.
    const auto neck = [](const Eigen::Vector3f& p) {
      return p.y() > -0.2F && p.y() < -0.1F && std::abs(p.x()) < 0.05F && p.z() < 0;
    };
    const float skin = extents(tail, Part::kSkin, 2, neck).first;
    const std::pair<float, float> strands = extents(tail, Part::kHair, 2, neck);
    QVERIFY2(0.5F * (strands.first + strands.second) < skin,
             qPrintable(QString("%1 %2 %3").arg(strands.first).arg(strands.second).arg(skin)));
  }

  void lengths_stand_off_and_roots_do_not() {
    SubjectRecipe recipe = plain();
    recipe.hair.mesh = "bob01";
    const SubjectMesh flat = build_subject(assets_, recipe);
    recipe.hair.volume_cm = 3;
    const SubjectMesh full = build_subject(assets_, recipe);
    const auto across = [&](const SubjectMesh& s) {
      const std::pair<float, float> x = extents(s, Part::kHair, 0);
      return (x.second - x.first) / kPerCm;
    };
    QVERIFY2(across(full) - across(flat) > 2.5,
             qPrintable(QString::number(across(full) - across(flat))));
    QVERIFY(across(full) - across(flat) < 7);
  }
};

QTEST_GUILESS_MAIN(OutlineTest)
#include "outline_test.moc"
