// SPDX-License-Identifier: Apache-2.0
// The worker behind its real interface, with an engine that has no tensors: states, commands,
// snapshots, failures and the end. Built by the thread-sanitizer preset too.
#include "core/session/session.h"

#include "tests/session/fake_engine.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

using namespace portrait;

namespace {

// A session and a reader that waits for snapshots by the notifier, as the window does.
class Studio {
 public:
  explicit Studio(std::shared_ptr<FakeScript> script = std::make_shared<FakeScript>())
      : script_(std::move(script)),
        session_(std::make_unique<Session>(SessionOptions{}, [s = script_](const SessionOptions&) {
          return std::make_unique<FakeEngine>(s);
        })) {
    session_->set_notifier([this] {
      {
        const std::lock_guard lock(mutex_);
        ++notes_;
      }
      changed_.notify_all();
    });
  }

  Session& session() { return *session_; }
  FakeScript& script() { return *script_; }
  void close() { session_.reset(); }
  int notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

  // The first snapshot that satisfies `wanted`, or null after ten seconds.
  std::shared_ptr<const Snapshot> wait_for(const std::function<bool(const Snapshot&)>& wanted) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      int seen = 0;
      {
        const std::lock_guard lock(mutex_);
        seen = notes_;
      }
      auto snapshot = session_->latest();
      if (wanted(*snapshot)) return snapshot;
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, end, [&] { return notes_ != seen; })) return nullptr;
    }
  }
  std::shared_ptr<const Snapshot> wait_state(SessionState state) {
    return wait_for([=](const Snapshot& s) { return s.state == state; });
  }
  bool open() {
    session().open_photo("photo.png");
    return wait_for([](const Snapshot& s) {
             return s.state == SessionState::kReady && s.has_head();
           }) != nullptr;
  }

 private:
  std::shared_ptr<FakeScript> script_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int notes_ = 0;
  std::unique_ptr<Session> session_;
};

bool says(const Snapshot& snapshot, const std::string& text) {
  for (const SessionMessage& message : snapshot.messages) {
    if (message.text.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

class SessionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void predicates() {
    using S = SessionState;
    struct Row {
      S state;
      bool start, pause, resume, step, stop, open, settings;
    };
    for (const Row& row : {Row{S::kEmpty, false, false, false, false, false, true, true},
                           Row{S::kReady, true, false, false, true, false, true, true},
                           Row{S::kRunning, false, true, false, false, true, true, true},
                           Row{S::kPaused, false, false, true, true, true, true, true},
                           Row{S::kStopping, false, false, false, false, false, false, false},
                           Row{S::kFinished, true, false, false, false, false, true, true},
                           Row{S::kFailed, true, false, false, false, false, true, true}}) {
      QCOMPARE(can_start(row.state), row.start);
      QCOMPARE(can_pause(row.state), row.pause);
      QCOMPARE(can_resume(row.state), row.resume);
      QCOMPARE(can_step(row.state), row.step);
      QCOMPARE(can_stop(row.state), row.stop);
      QCOMPARE(can_open(row.state), row.open);
      QCOMPARE(can_change_settings(row.state), row.settings);
      QCOMPARE(can_export(row.state, false), false);
      QCOMPARE(can_export(row.state, true), row.state != S::kEmpty);
    }
  }

  void begins_empty() {
    Studio studio;
    const auto snapshot = studio.session().latest();
    QVERIFY(snapshot != nullptr);
    QCOMPARE(snapshot->state, SessionState::kEmpty);
    QVERIFY(!snapshot->has_head());
    QVERIFY(snapshot->settings != nullptr);
  }

  void opens_runs_pauses_steps_stops() {
    Studio studio;
    QVERIFY(studio.open());
    QVERIFY(studio.session().latest()->first_head_s > 0);
    studio.session().start();
    QVERIFY(studio.wait_state(SessionState::kRunning));
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.stages[0].step >= 5; }));
    studio.session().pause();
    QVERIFY(studio.wait_state(SessionState::kPaused));
    const int paused_at = studio.script().steps;
    studio.session().step();
    QVERIFY(studio.wait_for([&](const Snapshot& s) { return s.stages[0].step == paused_at + 1; }));
    QCOMPARE(studio.session().latest()->state, SessionState::kPaused);
    QCOMPARE(int(studio.script().steps), paused_at + 1);
    studio.session().resume();
    QVERIFY(studio.wait_for([&](const Snapshot& s) { return s.stages[0].step > paused_at + 3; }));
    studio.session().stop();
    const auto end = studio.wait_for([](const Snapshot& s) {
      return s.state == SessionState::kFinished && s.ring && s.ring->size() == 3;
    });
    QVERIFY(end);
    QCOMPARE(end->front.psnr_db, 30.0);
    // The last volume, which may come after the state, shows the last head.
    QVERIFY(studio.wait_for([&](const Snapshot& s) {
      return int(s.volume->voxel) == int(studio.script().steps) + 1;
    }));
  }

  void goes_back_in_the_formation() {
    Studio studio;
    QVERIFY(studio.open());
    studio.session().start();
    const auto later = studio.wait_for([](const Snapshot& s) {
      return s.formation && s.formation->moments.size() >= 4;
    });
    QVERIFY(later);
    // While a step is under way too: it is given up.
    studio.script().endless = true;
    const auto to = later->formation->moments[1];
    studio.session().return_to(to->id);
    const auto back = studio.wait_for([&](const Snapshot& s) {
      return s.state == (to->step > 0 ? SessionState::kPaused : SessionState::kReady) &&
             s.stages[0].step == to->step;
    });
    QVERIFY(back);
    // The head of then is drawn.
    QVERIFY(studio.wait_for([&](const Snapshot& s) {
      return s.volume->voxel == to->volume->voxel && s.state == back->state;
    }));
    studio.session().return_to(4000);
    QVERIFY(studio.wait_for([](const Snapshot& s) { return says(s, "There is no moment 4000"); }));
  }

  void runs_to_the_end() {
    Studio studio;
    studio.script().steps_planned = 20;
    studio.session().open_photo("photo.png", {0, true});
    QVERIFY(studio.wait_state(SessionState::kFinished));
    QCOMPARE(int(studio.script().steps), 20);
  }

  void refuses_what_the_state_forbids() {
    Studio studio;
    studio.session().start();
    QVERIFY(studio.wait_for([](const Snapshot& s) { return says(s, "start while empty"); }));
    studio.session().export_to({});
    QVERIFY(studio.wait_for([](const Snapshot& s) { return says(s, "export while empty"); }));
    QCOMPARE(studio.session().latest()->state, SessionState::kEmpty);
  }

  void bad_photo_costs_nothing() {
    Studio studio;
    studio.session().open_photo("bad.png");
    const auto refused =
        studio.wait_for([](const Snapshot& s) { return says(s, "bad.png is not a picture"); });
    QVERIFY(refused);
    QCOMPARE(refused->state, SessionState::kEmpty);
    QVERIFY(studio.open());
    studio.session().start();
    QVERIFY(studio.wait_state(SessionState::kRunning));
    const auto messages = studio.session().latest()->messages.size();
    studio.session().open_photo("bad.png");
    const auto after =
        studio.wait_for([=](const Snapshot& s) { return s.messages.size() > messages; });
    QVERIFY(after);
    QCOMPARE(after->state, SessionState::kRunning);
    QVERIFY(after->has_head());
    QCOMPARE(after->photo->path.string(), std::string("photo.png"));
  }

  void a_throwing_step_keeps_the_last_good_head() {
    Studio studio;
    studio.script().throw_at = 8;
    QVERIFY(studio.open());
    studio.session().start();
    const auto failed = studio.wait_for([](const Snapshot& s) {
      return s.state == SessionState::kFailed && s.volume && s.volume->voxel == 8;
    });
    QVERIFY(failed);  // seven good steps after the first head
    QVERIFY(failed->error.find("not finite") != std::string::npos);
    QVERIFY(can_export(*failed));
    studio.session().export_to({.folder = "out"});
    const auto exported = studio.wait_for(
        [](const Snapshot& s) { return s.exporting.state == ExportStatus::State::kDone; });
    QVERIFY(exported);
    QCOMPARE(exported->exporting.files.front().bytes, std::uint64_t(8));
    // And it can begin anew.
    studio.session().start();
    QVERIFY(studio.wait_state(SessionState::kRunning));
    QVERIFY(studio.session().latest()->error.empty());
  }

  void views_are_locked_between_steps() {
    Studio studio;
    studio.session().lock_view({30, 0}, "early.png");  // of no head
    QVERIFY(studio.wait_for([](const Snapshot& s) { return !s.messages.empty(); }) != nullptr);
    studio.session().open_photo("me.png");
    studio.session().start();
    QVERIFY(studio.wait_for([&](const Snapshot&) { return studio.script().steps > 2; }) != nullptr);
    studio.session().lock_view({30, 0}, "hat.png");
    const auto locked = studio.wait_for([](const Snapshot& s) { return s.locks != nullptr; });
    QVERIFY(locked != nullptr && locked->unsaved && locked->locks->size() == 1);
    QCOMPARE(locked->locks->front().name, std::string("hat.png"));
    QCOMPARE(locked->state, SessionState::kRunning);
    // A bad one is said, and the former stays.
    studio.session().lock_view({30, 0}, "bad.png");
    const auto told = studio.wait_for([](const Snapshot& s) {
      return !s.messages.empty() && s.messages.back().kind == SessionMessage::Kind::kError;
    });
    QVERIFY(told != nullptr && told->locks == locked->locks);
    QVERIFY(told->messages.back().text.find("not square") != std::string::npos);
    studio.session().write_view({30, 0}, "out.png");
    const auto written = studio.wait_for([](const Snapshot& s) { return s.view_file.id == 1; });
    QVERIFY(written != nullptr && written->view_file.written);
    QCOMPARE(written->view_file.path.string(), std::string("out.png"));
    studio.session().write_view({30, 0}, "/readonly/x.png");
    const auto refused = studio.wait_for([](const Snapshot& s) { return s.view_file.id == 2; });
    QVERIFY(refused != nullptr && !refused->view_file.written);
    studio.session().unlock_view({30, 0});
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.locks == nullptr; }) != nullptr);
  }

  void closes_while_running() {
    Studio studio;
    QVERIFY(studio.open());
    studio.session().start();
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.stages[0].step > 3; }));
    const int before = studio.script().autosaves;
    studio.close();
    QCOMPARE(int(studio.script().autosaves), before + 1);
  }

  void what_is_unsaved_is_known() {
    Studio studio;
    QVERIFY(studio.open());
    QVERIFY(!studio.session().latest()->unsaved);  // the first head is made again in seconds
    studio.session().start();
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.unsaved; }));
    studio.session().pause();
    QVERIFY(studio.wait_state(SessionState::kPaused));
    studio.session().save_project("/readonly/x.portrait");
    const auto failed = studio.wait_for([](const Snapshot& s) { return s.saved.id == 1; });
    QVERIFY(failed && failed->unsaved);
    studio.session().save_project("x.portrait");
    const auto saved = studio.wait_for([](const Snapshot& s) { return s.saved.id == 2; });
    QVERIFY(saved && !saved->unsaved);
    // Nothing new is in it: it is left without an autosave.
    const int before = studio.script().autosaves;
    studio.close();
    QCOMPARE(int(studio.script().autosaves), before);
  }

  void what_is_abandoned_is_not_autosaved() {
    Studio studio;
    QVERIFY(studio.open());
    studio.session().start();
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.stages[0].step > 3; }));
    studio.script().endless = true;
    const int before = studio.script().autosaves;
    studio.session().abandon();
    QVERIFY(studio.wait_state(SessionState::kPaused));
    studio.close();
    QCOMPARE(int(studio.script().autosaves), before);
  }

  void closes_while_a_step_is_under_way() {
    auto script = std::make_shared<FakeScript>();
    Studio studio(script);
    QVERIFY(studio.open());
    script->gate_closed = true;
    studio.session().start();
    QVERIFY(studio.wait_state(SessionState::kRunning));
    // The step ends when closing is well under way, not before it.
    std::atomic<bool> closing{false};
    std::thread opener([&] {
      closing.wait(false);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      script->open_gate();
    });
    closing = true;
    closing.notify_one();
    studio.close();
    opener.join();
    QVERIFY(script->steps <= 1);
  }

  // A step without an end is given up; a paused one is taken again.
  void stop_and_pause_do_not_wait_for_the_step() {
    Studio studio;
    QVERIFY(studio.open());
    studio.session().start();
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.stages[0].step > 3; }));
    studio.script().endless = true;
    studio.session().pause();
    QVERIFY(studio.wait_state(SessionState::kPaused));
    const int paused_at = studio.script().steps;
    studio.session().resume();
    QVERIFY(studio.wait_state(SessionState::kRunning));
    studio.session().pause();
    QVERIFY(studio.wait_state(SessionState::kPaused));
    QCOMPARE(int(studio.script().steps), paused_at);
    studio.script().endless = false;
    studio.session().resume();
    QVERIFY(studio.wait_for([=](const Snapshot& s) { return s.stages[0].step > paused_at; }));
    studio.script().endless = true;
    studio.session().stop();
    const auto stopped = studio.wait_state(SessionState::kFinished);
    QVERIFY(stopped);
    QCOMPARE(stopped->front.psnr_db, 30.0);
    studio.script().endless = false;
  }

  // Nor for a frame, which is drawn when the command is done.
  void commands_do_not_wait_for_a_frame() {
    Studio studio;
    QVERIFY(studio.open());
    studio.session().start();
    QVERIFY(studio.wait_state(SessionState::kRunning));
    studio.script().endless_renders = true;
    studio.session().move_camera(rig_camera({40, 0}), true);
    QTRY_VERIFY(studio.script().renders > 0);
    studio.session().pause();
    QVERIFY(studio.wait_state(SessionState::kPaused));
    studio.script().endless_renders = false;
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.frame && s.frame->resting; }));
  }

  void closes_at_once_after_opening() {
    for (int i = 0; i < 20; ++i) {
      Studio studio;
      studio.session().open_photo("photo.png", {0, true});
      studio.close();
    }
  }

  void camera_is_latest_wins_and_never_a_queue() {
    auto script = std::make_shared<FakeScript>();
    Studio studio(script);
    QVERIFY(studio.open());
    script->gate_closed = true;
    studio.session().step();  // the worker stands in the gate
    for (int i = 1; i <= 1000; ++i) {
      Camera camera;
      camera.focal_x = i;
      studio.session().move_camera(camera, i == 1000);
    }
    const int renders = script->renders;
    script->open_gate();
    const auto drawn = studio.wait_for(
        [](const Snapshot& s) { return s.frame && s.frame->camera.focal_x == 1000; });
    QVERIFY(drawn);
    QVERIFY(drawn->frame->resting);
    QVERIFY(script->renders - renders < 10);
  }

  void settings_are_latest_wins() {
    Studio studio;
    QVERIFY(studio.open());
    for (int i = 1; i <= 50; ++i) {
      Settings settings;
      settings.set("photo_fit.hold_weight", double(i));
      studio.session().set_settings(std::make_shared<const Settings>(settings));
    }
    QVERIFY(studio.wait_for(
        [](const Snapshot& s) { return s.settings->get<double>("photo_fit.hold_weight") == 50; }));
  }

  void snapshots_are_latest_wins_and_the_reader_is_not_flooded() {
    auto script = std::make_shared<FakeScript>();
    Session session(
        {}, [script](const SessionOptions&) { return std::make_unique<FakeEngine>(script); });
    std::atomic<int> notes{0};
    script->steps_planned = 200;
    session.set_notifier([&] { ++notes; });
    session.open_photo("photo.png", {0, true});
    // Nobody reads: one note is all there is, however many snapshots come.
    while (script->steps < 200) std::this_thread::yield();
    QVERIFY(notes <= 2);
    std::uint64_t last = 0;
    bool finished = false;
    while (!finished) {
      const auto snapshot = session.latest();
      QVERIFY(snapshot->sequence >= last);
      last = snapshot->sequence;
      finished = snapshot->state == SessionState::kFinished;
    }
    QVERIFY(last > 200);
    session.set_notifier({});
    const int after = notes;
    session.step();
    session.open_photo("photo.png");
    QCOMPARE(int(notes), after);
  }

  void exports_beside_the_run() {
    auto script = std::make_shared<FakeScript>();
    Studio studio(script);
    QVERIFY(studio.open());
    studio.session().start();
    studio.session().export_to({.folder = "out"});
    const auto done = studio.wait_for(
        [](const Snapshot& s) { return s.exporting.state == ExportStatus::State::kDone; });
    QVERIFY(done);
    QCOMPARE(done->exporting.done, 5);
    QCOMPARE(done->state, SessionState::kRunning);
    // Frozen when it began: every part is of one head.
    for (const ExportedFile& file : done->exporting.files) {
      QCOMPARE(file.bytes, done->exporting.files.front().bytes);
    }
  }

  void failed_exports_and_saves_leave_the_run_alone() {
    Studio studio;
    QVERIFY(studio.open());
    studio.session().start();
    studio.session().export_to({.folder = "/nowhere"});
    QVERIFY(studio.wait_for(
        [](const Snapshot& s) { return s.exporting.error.find("writable") != std::string::npos; }));
    studio.session().export_to({.folder = "/full"});
    QVERIFY(studio.wait_for(
        [](const Snapshot& s) { return s.exporting.error.find("full") != std::string::npos; }));
    studio.session().save_project("/readonly/x.portrait");
    QVERIFY(studio.wait_for(
        [](const Snapshot& s) { return s.saved.state == SaveStatus::State::kFailed; }));
    studio.session().save_project("x.portrait");
    QVERIFY(studio.wait_for([](const Snapshot& s) {
      return s.saved.state == SaveStatus::State::kSaved && s.project_path == "x.portrait";
    }));
    QCOMPARE(studio.session().latest()->state, SessionState::kRunning);
  }

  void an_interrupted_project_opens_paused() {
    Studio studio;
    studio.session().open_project("x.portrait");
    QVERIFY(studio.wait_state(SessionState::kPaused));
    studio.session().resume();
    QVERIFY(studio.wait_for([](const Snapshot& s) { return s.stages[0].step > 2; }));
  }

  void an_engine_that_cannot_be_made_is_reported_and_tried_again() {
    std::atomic<int> tries{0};
    Session session({}, [&](const SessionOptions&) -> std::unique_ptr<HeadEngine> {
      if (++tries == 1) fail(ErrorCode::kNotFound, "The model pack was not found");
      return std::make_unique<FakeEngine>(std::make_shared<FakeScript>());
    });
    session.open_photo("photo.png");
    std::shared_ptr<const Snapshot> snapshot;
    do {
      snapshot = session.latest();
      std::this_thread::yield();
    } while (snapshot->state != SessionState::kReady);
    QVERIFY(says(*snapshot, "The model pack was not found"));
    QCOMPARE(int(tries), 2);
  }
};

QTEST_GUILESS_MAIN(SessionTest)
#include "session_test.moc"
