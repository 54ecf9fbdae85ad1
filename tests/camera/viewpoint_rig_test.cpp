// SPDX-License-Identifier: Apache-2.0
#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class ViewpointRigTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // METHOD, Viewpoints: 0, +-30 ... +-150, 180 at elevation 0, and one from above.
  void the_thirteen_views_in_driving_order() {
    const std::vector<std::array<double, 2>> expected = {
        {0, 0},   {30, 0},   {-30, 0}, {60, 0},   {-60, 0}, {90, 0}, {-90, 0},
        {120, 0}, {-120, 0}, {150, 0}, {-150, 0}, {180, 0}, {0, 45}};
    const auto rig = standard_viewpoint_rig();
    QCOMPARE(rig.size(), expected.size());
    for (std::size_t i = 0; i < rig.size(); ++i) {
      QCOMPARE(rig[i].viewpoint.azimuth_deg, expected[i][0]);
      QCOMPARE(rig[i].viewpoint.elevation_deg, expected[i][1]);
    }
  }

  void each_view_is_driven_by_its_predecessor_on_its_side() {
    const auto rig = standard_viewpoint_rig();
    QCOMPARE(rig[0].driver, -1);
    QCOMPARE(rig[12].driver, 0);
    for (int i = 1; i < 12; ++i) {
      QVERIFY(rig[i].driver >= 0 && rig[i].driver < i);
      const double here = rig[i].viewpoint.azimuth_deg;
      const double there = rig[std::size_t(rig[i].driver)].viewpoint.azimuth_deg;
      QCOMPARE(std::abs(here) - std::abs(there), 30.0);
      QVERIFY(there == 0 || std::signbit(here) == std::signbit(there));
    }
  }

  void the_setting_stands_for_the_standard_rig() {
    const auto standard = standard_viewpoint_rig();
    const auto rig = viewpoint_rig(Settings());
    QCOMPARE(rig.size(), standard.size());
    for (std::size_t i = 0; i < rig.size(); ++i) {
      QVERIFY(rig[i].viewpoint == standard[i].viewpoint);
      QCOMPARE(rig[i].driver, standard[i].driver);
    }
  }

  void edited_views_are_driven_by_the_nearest_before_them() {
    const auto rig = viewpoint_rig({{10, 0}, {-170, 0}, {60, 0}, {175, 5}, {35, 0}});
    std::vector<int> drivers;
    for (const RigView& view : rig) drivers.push_back(view.driver);
    // -170 has only the first before it; 175 is 15 degrees from -170; 35 is as far from 10 as
    // from 60, and 10 stands first.
    QCOMPARE(drivers, (std::vector<int>{-1, 0, 0, 1, 0}));
    QVERIFY(viewpoint_rig(std::vector<Viewpoint>{}).empty());
  }

  void weights_come_from_the_setting_and_change_no_driver() {
    Settings settings;
    for (const RigView& view : viewpoint_rig(settings)) QCOMPARE(view.weight, 1.0);
    const std::string text = "0,0 30,0,0 60,0,0.5 90,0,4";
    settings.set("detail.viewpoints", text);
    const auto rig = viewpoint_rig(settings);
    const double weights[] = {1, 0, 0.5, 4};
    for (int i = 0; i < 4; ++i) {
      QCOMPARE(rig[std::size_t(i)].weight, weights[i]);
      QCOMPARE(rig[std::size_t(i)].driver, i - 1);
    }
    QCOMPARE(viewpoints_text(rig), text);
    QCOMPARE(viewpoints_text(viewpoint_rig(Settings())),
             Settings().get<std::string>("detail.viewpoints"));
  }

  void drivers_are_found_anew() {
    auto rig = viewpoint_rig({{0, 0}, {30, 0}, {60, 0}});
    std::swap(rig[1], rig[2]);
    rig[1].weight = 0;
    find_drivers(rig);
    QCOMPARE(rig[1].driver, 0);
    QCOMPARE(rig[2].driver, 0);  // as far from 60, and 0 stands first
    rig[1].viewpoint.azimuth_deg = 50;
    find_drivers(rig);
    QCOMPARE(rig[2].driver, 1);
    QCOMPARE(rig[1].weight, 0.0);
  }
};

QTEST_GUILESS_MAIN(ViewpointRigTest)
#include "viewpoint_rig_test.moc"
