// SPDX-License-Identifier: Apache-2.0
#include "core/synth/shadow_map.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class ShadowMapTest : public QObject {
  Q_OBJECT

  // A square of half side 0.2 at height 0.3, and the floor at 0.
  static ShadowCasters table() {
    ShadowCasters casters;
    for (float half : {0.2F, 0.5F}) {
      const float height = half < 0.3F ? 0.3F : 0.0F;
      const auto first = std::uint32_t(casters.positions.size());
      for (int k = 0; k < 4; ++k)
        casters.positions.push_back({k % 2 ? half : -half, height, k / 2 ? half : -half});
      casters.open.push_back({first, first + 1, first + 2});
      casters.open.push_back({first + 1, first + 3, first + 2});
    }
    return casters;
  }

 private Q_SLOTS:
  void a_hard_edge_is_where_geometry_puts_it() {
    ShadowMap map(Eigen::Vector3f(0, 1, 0), 512);
    map.draw(table());
    for (float x : {-0.45F, -0.25F, 0.25F, 0.45F}) QVERIFY(map.sees({x, 0, 0}, 0.005F));
    for (float x : {-0.19F, 0.0F, 0.19F}) QVERIFY(!map.sees({x, 0, 0}, 0.005F));
    QVERIFY(map.sees({0, 0.3F, 0}, 0.005F));  // upon the square
    QVERIFY(map.sees({3, 0, 0}, 0.005F));     // beyond the map
  }

  void a_wide_light_has_a_penumbra_between_light_and_dark() {
    ShadowMap map(Eigen::Vector3f(0, 1, 0), 512, 0.05F);
    map.draw(table());
    const auto lit = [&](float x) { return map.lit({x, 0, 0}, 0.005F); };
    QCOMPARE(lit(0), 0.0F);
    QCOMPARE(lit(0.1F), 0.0F);
    QCOMPARE(lit(0.32F), 1.0F);
    QVERIFY(std::abs(lit(0.2F) - 0.5F) < 0.15F);
    float before = 0;
    for (int i = 0; i <= 40; ++i) {  // by the shortcut of the tiles or tap by tap: no jumps
      const float now = lit(0.1F + 0.2F * float(i) / 40);
      QVERIFY2(now >= before - 1e-4F && now - before < 0.3F, std::to_string(i).c_str());
      before = now;
    }
    QCOMPARE(before, 1.0F);
  }

  void sides_of_a_closed_surface_that_face_away_cast_nothing() {
    ShadowCasters casters = table();
    casters.closed = {casters.open[0], casters.open[1]};
    casters.open.erase(casters.open.begin(), casters.open.begin() + 2);
    for (float up : {1.0F, -1.0F}) {
      casters.facing.assign(2, Eigen::Vector3f(0, up, 0));
      ShadowMap map(Eigen::Vector3f(0, 1, 0), 256);
      map.draw(casters);
      QCOMPARE(map.sees({0, 0, 0}, 0.005F), up < 0);
    }
  }
};

QTEST_GUILESS_MAIN(ShadowMapTest)
#include "shadow_map_test.moc"
