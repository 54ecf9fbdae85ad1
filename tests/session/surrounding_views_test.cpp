// SPDX-License-Identifier: Apache-2.0
// What the worker makes for the eye alone: the frames round the head and the mesh, when they are
// wanted, when there is time, and of the head that stands.
#include "core/session/surrounding_views.h"
#include "core/session/session.h"
#include "tests/session/fake_engine.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

namespace {

struct RingScript {
  FakeScript base;
  std::atomic<int> meshes{0};
};

// A head that can be seen from five sides, the photo's first.
class RingEngine : public FakeEngine {
 public:
  explicit RingEngine(const std::shared_ptr<RingScript>& script)
      : FakeEngine(std::shared_ptr<FakeScript>(script, &script->base)), script_(script) {}
  std::vector<Camera> surroundings() const override {
    std::vector<Camera> cameras;
    for (double azimuth : {4.0, 0.0, 90.0, 180.0, -90.0})
      cameras.push_back(rig_camera({azimuth, 0}));
    return cameras;
  }
  NeuralFrame render(const Camera& camera, bool resting) override {
    NeuralFrame frame = FakeEngine::render(camera, resting);
    frame.rgba = Image(8, 8, 4, 0.5F);
    frame.depth = Image(2, 2, 1, 2.7F);
    return frame;
  }
  ViewMesh view_mesh() override {
    ++script_->meshes;
    ViewMesh mesh;
    mesh.positions.assign(9, 0.0F);
    mesh.normals.assign(9, 0.0F);
    mesh.triangles = {0, 1, 2};
    return mesh;
  }

 private:
  std::shared_ptr<RingScript> script_;
};

class Studio {
 public:
  Session& session() { return session_; }
  RingScript& script() { return *script_; }
  std::shared_ptr<const Snapshot> latest() { return session_.latest(); }
  void open() {
    session().open_photo("photo.png");
    QTRY_VERIFY(latest()->state == SessionState::kReady && latest()->has_head());
  }
  // Views of the head as it stands.
  int current() {
    const auto s = latest();
    if (s->views == nullptr) return 0;
    return int(std::count_if(s->views->begin(), s->views->end(), [&](const auto& view) {
      return view->head_version == s->volume_version;
    }));
  }

 private:
  std::shared_ptr<RingScript> script_ = std::make_shared<RingScript>();
  Session session_{SessionOptions{}, [s = script_](const SessionOptions&) {
                     return std::make_unique<RingEngine>(s);
                   }};
};

}  // namespace

class SurroundingViewsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void views_are_made_where_somebody_looks() {
    Studio studio;
    studio.open();
    QTest::qWait(50);
    QVERIFY(studio.latest()->views == nullptr);  // nobody looks
    studio.session().move_camera(rig_camera({100, 0}), true);
    QTRY_COMPARE(studio.current(), 5);
    int of_photo = 0;
    for (const auto& view : *studio.latest()->views) {
      of_photo += view->of_photo ? 1 : 0;
      QCOMPARE(view->size, 8);
    }
    QCOMPARE(of_photo, 1);
    // And not again.
    const int renders = studio.script().base.renders;
    QTest::qWait(50);
    QCOMPARE(int(studio.script().base.renders), renders);
  }

  void not_while_the_camera_moves() {
    Studio studio;
    studio.open();
    studio.session().move_camera(rig_camera({10, 0}), false, false);
    QTest::qWait(60);
    QCOMPARE(studio.current(), 0);
    QVERIFY(studio.latest()->frame == nullptr);  // nor a frame that was not wanted
    studio.session().move_camera(rig_camera({20, 0}), true);
    QTRY_COMPARE(studio.current(), 5);
  }

  void a_changed_head_is_seen_anew() {
    Studio studio;
    studio.open();
    studio.session().move_camera(rig_camera({}), true);
    QTRY_COMPARE(studio.current(), 5);
    const auto before = studio.latest()->volume_version;
    studio.session().step();
    QTRY_VERIFY(studio.latest()->volume_version > before && studio.current() == 5);
    // The frames are of the head that is drawn: those of another photo are gone.
    studio.session().open_photo("other.png");
    QTRY_VERIFY(studio.latest()->photo && studio.latest()->photo->path == "other.png" &&
                studio.current() == 5);
  }

  void a_mesh_is_made_when_it_is_looked_at_and_the_head_rests() {
    Studio studio;
    studio.open();
    QTest::qWait(30);
    QVERIFY(studio.latest()->mesh == nullptr);
    studio.session().want_mesh(true);
    QTRY_VERIFY(studio.latest()->mesh && !studio.latest()->mesh->empty());
    QCOMPARE(studio.latest()->mesh->head_version, studio.latest()->volume_version);
    studio.session().start();
    QTRY_VERIFY(studio.latest()->state == SessionState::kRunning && studio.script().base.steps > 3);
    QCOMPARE(int(studio.script().meshes), 1);
    studio.session().pause();
    QTRY_VERIFY(studio.latest()->state == SessionState::kPaused &&
                studio.latest()->mesh->head_version == studio.latest()->volume_version);
    QVERIFY(studio.script().meshes >= 2);
  }

  void the_next_view_is_the_one_that_is_needed() {
    SurroundingViews views;
    std::vector<Camera> cameras;
    for (double azimuth : {4.0, 0.0, 30.0, 60.0, 90.0, 120.0, 180.0}) {
      cameras.push_back(rig_camera({azimuth, 0}));
    }
    views.want(cameras);
    const Camera from = rig_camera({95, 0});
    QCOMPARE(views.next(1, from, true), 0);   // the photo's
    QCOMPARE(views.next(1, from, false), 4);  // the nearest
    const auto put = [&](int index, std::uint64_t head) {
      NeuralFrame frame;
      frame.camera = views.camera(index);
      frame.rgba = Image(8, 8, 4, 1.0F);
      frame.depth = Image(8, 8, 1, 2.7F);
      frame.head_version = head;
      views.put(index, frame);
    };
    put(0, 1);
    put(4, 1);
    QCOMPARE(views.next(1, from, true), 5);
    for (int i : {1, 2, 3, 5, 6}) put(i, 1);
    QCOMPARE(views.next(1, from, true), -1);
    put(4, 2);
    QCOMPARE(views.next(3, from, false), 5);  // drawn longer ago than the nearest
    // Of another ring, those of the same cameras stay.
    cameras.erase(cameras.begin() + 1);
    views.want(cameras);
    QCOMPARE(views.views()->size(), std::size_t(6));
    views.forget();
    QVERIFY(views.views() == nullptr);
  }

  void views_lie_between_those_of_a_ring() {
    std::vector<Viewpoint> ring;
    for (int azimuth = -180; azimuth < 180; azimuth += 30) ring.push_back({double(azimuth), 0});
    const auto all = with_views_between(ring);
    QVERIFY(std::equal(ring.begin(), ring.end(), all.begin()));
    QCOMPARE(all.size(), std::size_t(12 + 12 + 12));
    // Round the head at eye level, and half way up, one is near.
    for (double elevation : {0.0, 15.0}) {
      for (int azimuth = -180; azimuth < 180; ++azimuth) {
        const Eigen::Vector3d from =
            rig_camera({double(azimuth), elevation}).position().normalized();
        double best = -1;
        for (const Viewpoint& one : all) {
          best = std::max(best, from.dot(rig_camera(one).position().normalized()));
        }
        QVERIFY(std::acos(std::min(best, 1.0)) * 180 / M_PI < (elevation > 0 ? 17.0 : 7.6));
      }
    }
  }

  void distances_are_kept_in_a_byte_and_not_mixed_with_nothing() {
    NeuralFrame frame;
    frame.camera = rig_camera({});
    frame.rgba = Image(16, 16, 4, 0.25F);
    frame.depth = Image(8, 8, 1, 0.0F);
    // A slope, a step, and nothing.
    const float row[] = {2.50F, 2.54F, 2.58F, 2.62F, 2.9F, 2.9F, 2.9F, 0.0F};
    for (int y = 0; y < 8; ++y) std::copy(std::begin(row), std::end(row), frame.depth.at(0, y));
    const ProjectedView view = projected_view(frame);
    QCOMPARE(view.size, 16);
    const auto distance = [&](int x) {
      const int a = view.texels[std::size_t(4 * (7 * 16 + x) + 3)];
      return a == 0 ? 0.0 : view.near + (view.far - view.near) * (a - 1) / 254.0;
    };
    QVERIFY(std::abs(distance(0) - 2.5) < 0.004);
    QVERIFY(std::abs(distance(3) - 2.55) < 0.004);              // between two pixels of the depth
    for (int x : {6, 7, 8, 9}) QCOMPARE(distance(x), 0.0);      // at the step
    QVERIFY(std::abs(distance(10) - 2.9) < 0.004);              // behind it
    for (int x : {12, 13, 14, 15}) QCOMPARE(distance(x), 0.0);  // at the outline, and outside
    QCOMPARE(int(view.texels[0]), 64);
  }
};

QTEST_GUILESS_MAIN(SurroundingViewsTest)
#include "surrounding_views_test.moc"
