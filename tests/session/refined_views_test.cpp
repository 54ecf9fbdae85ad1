// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/detail_stage.h"
#include "core/session/refined_views.h"
#include "tests/guidance/tiny_painter.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

using namespace portrait;

namespace {

Settings two_small_views() {
  Settings settings;
  for (const auto& [key, value] : {std::pair{"detail.iterations", 5},
                                   {"detail.size", 64},
                                   {"detail.inner_steps", 1},
                                   {"detail.random_views", 0},
                                   {"render.coarse_samples", 12},
                                   {"render.fine_samples", 8}}) {
    settings.set(key, std::int64_t(value));
  }
  settings.set("detail.viewpoints", std::string("0,0 30,0"));
  return settings;
}

}  // namespace

class RefinedViewsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The artist edits the ring as the stage runs: pictures stay with their viewpoints.
  void they_follow_an_edited_ring() {
    Settings settings = two_small_views();
    const Field head = tiny_head({0.8F, 0.3F, 0.2F});
    DetailStage stage(head.clone(), PhotoTarget(photo_of(head)), tiny_painter(), 4, settings);
    RefinedViews pictures;
    QVERIFY(pictures.of(nullptr) == nullptr);
    QVERIFY(pictures.of(&stage) == nullptr);
    auto first = pictures.of(&stage);
    int parts = 0;
    for (; first == nullptr && parts < 3; ++parts) {
      stage.step();
      first = pictures.of(&stage);
    }
    QVERIFY(first != nullptr);
    QVERIFY(!(*first)[0].target.empty());
    QCOMPARE((*first)[1].viewpoint.azimuth_deg, 30.0);  // it is still to be painted
    QVERIFY((*first)[1].target.empty());
    for (; parts < 3; ++parts) stage.step();
    const auto two = pictures.of(&stage);
    QCOMPARE(two->size(), std::size_t(2));
    QVERIFY(pictures.of(&stage) == two);  // nothing was painted since

    settings.set("detail.viewpoints", std::string("0,0 -40,0 30,0 70,0,0"));
    stage.take_live(settings);
    for (int part = 0; part < 3; ++part) stage.step();  // the iteration under way
    const auto four = pictures.of(&stage);
    QCOMPARE(four->size(), std::size_t(4));
    QCOMPARE((*four)[2].viewpoint.azimuth_deg, 30.0);
    QVERIFY(!(*four)[2].target.empty());
    QVERIFY((*four)[1].target.empty());
    for (int part = 0; part < 4; ++part) stage.step();
    const auto painted = pictures.of(&stage);
    QCOMPARE((*painted)[1].viewpoint.azimuth_deg, -40.0);
    QVERIFY(!(*painted)[1].target.empty());
    QVERIFY((*painted)[3].target.empty());  // muted
  }

  // A locked view shows the artist's picture, and again the model's once it is painted anew.
  void locked_views_show_their_picture() {
    Settings settings = two_small_views();
    const Field head = tiny_head({0.8F, 0.3F, 0.2F});
    DetailStage stage(head.clone(), PhotoTarget(photo_of(head)), tiny_painter(), 4, settings);
    RefinedViews pictures;
    for (int part = 0; part < 3; ++part) stage.step();
    QVERIFY(!(*pictures.of(&stage))[1].locked);
    stage.take_locks({{{30, 0}, ArtistPicture::of(Image(64, 64, 3, 0.25F)), "a.png"}});
    for (int part = 0; part < 3; ++part) stage.step();  // the iteration under way
    QVERIFY(!(*pictures.of(&stage))[1].target.empty());
    for (int part = 0; part < 3; ++part) stage.step();
    const auto locked = pictures.of(&stage);
    QVERIFY((*locked)[1].locked && !(*locked)[0].locked);
    QVERIFY(std::abs((*locked)[1].target.at(3, 3)[1] - 0.25F) < 0.01F);
    QVERIFY((*locked)[1].reference.empty() && !(*locked)[1].render.empty());
    QCOMPARE((*locked)[1].judged, 0);
    stage.take_locks({});
    for (int part = 0; part < 6; ++part) stage.step();
    QVERIFY(!(*pictures.of(&stage))[1].locked);
    QVERIFY(!(*pictures.of(&stage))[1].reference.empty());
  }
};

QTEST_GUILESS_MAIN(RefinedViewsTest)
#include "refined_views_test.moc"
