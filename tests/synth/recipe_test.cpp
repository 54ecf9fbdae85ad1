// SPDX-License-Identifier: Apache-2.0
#include "core/synth/subject_recipe.h"

#include <QtTest>

#include <cmath>
#include <set>
#include <string>

using namespace portrait;

class RecipeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void held_out_subjects_use_reserved_styles_only() {
    std::set<std::string> meshes[2];
    std::set<int> styles[2];
    for (int held_out = 0; held_out < 2; ++held_out) {
      SynthOptions options;
      options.held_out = held_out != 0;
      for (std::uint32_t i = 0; i < 600; ++i) {
        const SubjectRecipe recipe = draw_recipe(i, options);
        if (recipe.hair.mesh.empty()) {
          QCOMPARE(is_reserved(recipe.hair.style), options.held_out);
          styles[held_out].insert(int(recipe.hair.style));
        } else {
          QCOMPARE(is_reserved(recipe.hair.mesh), options.held_out);
          meshes[held_out].insert(recipe.hair.mesh);
        }
      }
    }
    QCOMPARE(meshes[0].size(), std::size_t(8));
    QCOMPARE(meshes[1].size(), std::size_t(2));
    QCOMPARE(int(styles[0].size() + styles[1].size()), kProceduralStyles);
    // A fifth of the procedural styles, rounded.
    QCOMPARE(styles[1].size(), std::size_t(2));
  }

  void a_recipe_is_a_function_of_its_key() {
    const SubjectRecipe a = draw_recipe(17);
    const SubjectRecipe b = draw_recipe(17);
    QVERIFY(a.identity == b.identity && a.noise_seed == b.noise_seed &&
            a.hair.mesh == b.hair.mesh && a.hair.colour == b.hair.colour &&
            a.light.ambient == b.light.ambient);
    SynthOptions other;
    other.seed = 2;
    QVERIFY(draw_recipe(17, other).identity != a.identity);
    other = {};
    other.held_out = true;
    QVERIFY(draw_recipe(17, other).identity != a.identity);
    QVERIFY(draw_recipe(18).identity != a.identity);
  }

  void identities_are_normal() {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (std::uint32_t i = 0; i < 200; ++i) {
      for (float a : draw_recipe(i).identity) {
        sum += a;
        squares += double(a) * a;
        ++count;
      }
    }
    QVERIFY(std::abs(sum / count) < 0.03);
    // Clamped at 2.5, a little under 1; a sixth of the subjects are 1.3 times as far out.
    const double deviation = std::sqrt(squares / count);
    QVERIFY2(deviation > 0.98 && deviation < 1.1, qPrintable(QString::number(deviation)));
  }

  void people_vary() {
    constexpr int kSubjects = 1500;
    std::set<int> headwear, cuts;
    int bald_crowns = 0, long_beards = 0, made_up = 0, heavy = 0, thin = 0, dark = 0, pale = 0;
    int hats = 0, buns = 0, tails = 0, turned = 0, full = 0, rolls = 0;
    for (std::uint32_t i = 0; i < kSubjects; ++i) {
      const SubjectRecipe r = draw_recipe(i);
      headwear.insert(int(r.headwear.kind));
      cuts.insert(int(r.cloth.cut));
      bald_crowns += r.hair.crown > 0;
      long_beards += r.skin.beard_cm > 2;
      made_up += r.skin.eye_shadow_amount > 0 || r.skin.blush > 0;
      heavy += r.build > 0.6F;
      thin += r.build < -0.6F;
      dark += r.skin.melanin > 0.7F;
      pale += r.skin.melanin < 0.15F;
      buns += r.hair.gathered.buns > 0;
      tails += r.hair.gathered.tail_cm > 0;
      turned += std::abs(r.posture.yaw_deg) > 20;
      full += r.hair.volume_cm > 2 || r.hair.flare > 0.2F;
      rolls += r.cloth.loose_cm > 0.25F;
      QVERIFY(r.hair.gathered.buns == 0 || r.hair.gathered.tail_cm == 0);
      if (r.headwear.kind == Headwear::kNone) continue;
      QVERIFY(r.hair.gathered.buns == 0 && r.hair.gathered.tail_cm == 0);
      ++hats;
      // Only what can be pressed flat is worn under a hat, and nobody hides a beard in a scarf.
      QVERIFY(r.hair.mesh.empty() && r.hair.thickness_cm < 0.5F && r.hair.crown == 0);
      QVERIFY(r.headwear.kind != Headwear::kScarf || r.skin.beard_cm == 0);
    }
    QCOMPARE(headwear.size(), std::size_t(5));
    QCOMPARE(cuts.size(), std::size_t(4));
    QVERIFY(hats > kSubjects / 16 && hats < kSubjects / 6);
    for (const int count : {bald_crowns, long_beards, made_up, heavy, thin, dark, pale, buns,
                            tails, turned, full, rolls})
      QVERIFY2(count > kSubjects / 100 && count < kSubjects / 2,
               qPrintable(QString::number(count)));
    SynthOptions bare;
    bare.headwear = false;
    for (std::uint32_t i = 0; i < 100; ++i)
      QVERIFY(draw_recipe(i, bare).headwear.kind == Headwear::kNone);
  }

  void spread_and_expression_scale_act() {
    SynthOptions options;
    options.identity_spread = 0;
    options.expression_scale = 0;
    const SubjectRecipe recipe = draw_recipe(5, options);
    for (float a : recipe.identity) QCOMPARE(a, 0.0F);
    QCOMPARE(recipe.build, 0.0F);
    QVERIFY(recipe.expression.empty());
  }
};

QTEST_GUILESS_MAIN(RecipeTest)
#include "recipe_test.moc"
