// SPDX-License-Identifier: Apache-2.0
// Art direction over the real engine and the pack that ships: a view is exported, painted on,
// brought back and honoured; projects, replays and branches keep it.
#include "core/base/settings.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch.h"
#include "core/pipeline/pack_stages.h"
#include "core/pipeline/pipeline.h"
#include "core/project/project_file.h"
#include "core/session/session.h"
#include "core/session/snapshot.h"
#include "tests/pipeline/tiny_head.h"
#include "tests/support/sample_photo.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 240000;
constexpr Viewpoint kSide{90, 0};

// Mean difference from a colour within a window of the picture.
double off(const Field& head, std::array<float, 3> colour) {
  const HeadPicture seen = HeadView(head, {}).picture(rig_camera(kSide), 64);
  double sum = 0;
  for (int y = 100; y < 150; ++y) {
    for (int x = 100; x < 150; ++x) {
      const float* p = seen.rgba.at(x, y);
      for (int c = 0; c < 3; ++c) sum += std::abs(p[c] * p[3] - colour[std::size_t(c)] * p[3]);
    }
  }
  return sum / (50 * 50 * 3);
}

}  // namespace

class LockedRunTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_painted_view_is_honoured_and_kept() {
    if (!QFile::exists(sample_photo())) QSKIP("There is no sample photo");
    QTemporaryDir folder;
    const auto in_folder = [&](const char* name) { return folder.filePath(name).toStdString(); };
    Settings settings;
    settings.apply_preset("draft");
    settings.set("photo_fit.minutes", 60.0);
    settings.set("photo_fit.steps_max", std::int64_t{12});
    settings.set("geometry", false);
    settings.set("detail.iterations", std::int64_t{2});
    settings.set("detail.viewpoints", std::string("0,0 45,0 90,0"));
    SessionOptions options;
    options.settings = std::make_shared<const Settings>(settings);
    Session session(options);
    const auto in_state = [&](SessionState state) {
      return QTest::qWaitFor([&] { return session.latest()->state == state; }, kWait);
    };
    const auto saved = [&](const char* name) {
      session.save_project(in_folder(name));
      return QTest::qWaitFor(
          [&] { return session.latest()->saved.path.filename().string() == name; }, kWait);
    };
    session.open_photo(sample_photo().toStdString());
    QVERIFY(in_state(SessionState::kReady));

    // Before Detail has painted it, the head itself goes out.
    session.write_view(kSide, in_folder("side.png"));
    QTRY_VERIFY_WITH_TIMEOUT(session.latest()->view_file.written, kWait);
    Image picture = read_image(in_folder("side.png")).image;
    QCOMPARE(picture.width, 512);
    for (int y = 180; y < 320; ++y) {
      for (int x = 180; x < 320; ++x) {
        float* p = picture.at(x, y);
        p[0] = 0.1F, p[1] = 0.7F, p[2] = 0.2F;
      }
    }
    write_image(in_folder("painted.png"), picture);
    session.lock_view({40, 0}, in_folder("painted.png"));  // the ring has no such view
    QTRY_VERIFY_WITH_TIMEOUT(!session.latest()->messages.empty(), kWait);
    QVERIFY(session.latest()->locks == nullptr);
    session.lock_view({90.04, 0}, in_folder("painted.png"));
    QTRY_VERIFY_WITH_TIMEOUT(session.latest()->locks != nullptr, kWait);
    QVERIFY(session.latest()->locks->front().viewpoint == kSide);

    session.start();
    QVERIFY(in_state(SessionState::kFinished));
    QVERIFY((*session.latest()->refined)[2].locked);
    QVERIFY(saved("whole.portrait"));
    LoadedProject whole = load_project(in_folder("whole.portrait"));
    QCOMPARE(whole.pipeline->locks().size(), std::size_t(1));
    const double before = off(whole.pipeline->first(), {0.1F, 0.7F, 0.2F});
    const double after = off(whole.pipeline->head(), {0.1F, 0.7F, 0.2F});
    QVERIFY2(after < 0.9 * before, qPrintable(QString("%1 %2").arg(before).arg(after)));

    Pipeline again(whole.pipeline->photo(), whole.pipeline->first(), 0,
                   std::make_shared<const Settings>(), 0);
    again.set_sources(
        stage_sources(std::make_shared<const ModelPack>(ModelPack::open(default_pack_folder()))));
    again.add_pictures(whole.pipeline->pictures());
    replay(again, whole.pipeline->journal(), whole.pipeline->steps_taken());
    QVERIFY(same_bits(again.head(), whole.pipeline->head()));

    // Unlocked in another branch: the lock is the artist's of now, the former branch keeps its own.
    const auto formation = session.latest()->formation;
    const auto line = formation->line(formation->tip);
    const auto fit = std::find_if(line.begin(), line.end(), [](const auto& moment) {
      return moment->stage == "Photo fit" && moment->restart;
    });
    QVERIFY(fit != line.end());
    session.unlock_view(kSide);
    session.return_to((*fit)->id);
    QVERIFY(in_state(SessionState::kPaused));
    QVERIFY(session.latest()->locks == nullptr);
    session.resume();
    QVERIFY(in_state(SessionState::kFinished));
    QVERIFY(saved("branch.portrait"));
    const LoadedProject branch = load_project(in_folder("branch.portrait"));
    QVERIFY(!same_bits(branch.pipeline->head(), whole.pipeline->head()));
    QVERIFY(off(branch.pipeline->head(), {0.1F, 0.7F, 0.2F}) > after);
    // The project holds what its other branch is locked to.
    session.open_project(in_folder("branch.portrait"));
    QTRY_VERIFY_WITH_TIMEOUT(!session.latest()->opening &&
                                 session.latest()->state == SessionState::kReady,
                             kWait);
    QVERIFY(!session.latest()->formation->other_ends().empty());
    session.return_to(session.latest()->formation->other_ends().front()->id);
    QTRY_COMPARE_WITH_TIMEOUT(session.latest()->formation->other_ends().empty(), false, kWait);
    QVERIFY(session.latest()->state != SessionState::kFailed);
  }
};

QTEST_GUILESS_MAIN(LockedRunTest)
#include "locked_run_test.moc"
