// SPDX-License-Identifier: Apache-2.0
// The formation timeline over the real engine and the pack that ships: written while the stages
// run, gone back in, gone on from to the same head, kept by projects.
#include "core/base/settings.h"
#include "core/nn/default_pack.h"
#include "core/nn/torch.h"
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

}  // namespace

class FormationRunTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_branch_comes_to_the_same_head() {
    if (!QFile::exists(sample_photo())) QSKIP("There is no sample photo");
    const std::string photo = sample_photo().toStdString();
    QTemporaryDir folder;
    const auto in_folder = [&](const char* name) { return folder.filePath(name).toStdString(); };
    Settings settings;
    settings.apply_preset("draft");
    settings.set("photo_fit.minutes", 60.0);
    settings.set("photo_fit.steps_max", std::int64_t{12});
    settings.set("detail.iterations", std::int64_t{1});
    settings.set("detail.viewpoints", std::string("90,0 180,0"));
    SessionOptions options;
    options.settings = std::make_shared<const Settings>(settings);
    Session session(options);
    const auto in_state = [&](SessionState state) {
      return QTest::qWaitFor([&] { return session.latest()->state == state; }, kWait);
    };
    session.open_photo(photo);
    QVERIFY(in_state(SessionState::kReady));
    QTRY_VERIFY_WITH_TIMEOUT(
        session.latest()->formation != nullptr && session.latest()->formation->moments.size() == 1,
        kWait);
    session.start();
    QVERIFY(in_state(SessionState::kFinished));
    // Its end is kept with the last bake, after the state.
    QTRY_VERIFY_WITH_TIMEOUT(
        session.latest()->formation->find(session.latest()->formation->tip)->restart, kWait);
    const auto formation = session.latest()->formation;
    const auto line = formation->line(formation->tip);
    QVERIFY(line.size() >= 3);
    QCOMPARE(line.front()->stage, std::string("First head"));
    QCOMPARE(line.back()->stage, std::string("Detail"));
    for (const auto& moment : line) {
      QVERIFY(moment->volume != nullptr && !moment->picture.empty());
    }
    session.save_project(in_folder("whole.portrait"));

    const auto fit = std::find_if(line.begin(), line.end(), [](const auto& moment) {
      return moment->stage == "Photo fit" && moment->restart;
    });
    QVERIFY(fit != line.end());
    session.return_to((*fit)->id);
    QVERIFY(in_state(SessionState::kPaused));
    QCOMPARE(session.latest()->formation->tip, (*fit)->id);
    QCOMPARE(session.latest()->stages[1].step, (*fit)->step);
    QCOMPARE(session.latest()->formation->other_ends().size(), std::size_t(1));
    session.resume();
    QVERIFY(in_state(SessionState::kFinished));
    session.save_project(in_folder("branch.portrait"));
    QTRY_COMPARE_WITH_TIMEOUT(session.latest()->saved.path.filename().string(),
                              std::string("branch.portrait"), kWait);

    const LoadedProject whole = load_project(in_folder("whole.portrait"));
    const LoadedProject branch = load_project(in_folder("branch.portrait"));
    QVERIFY(same_bits(whole.pipeline->head(), branch.pipeline->head()));
    QVERIFY(!same_bits(whole.pipeline->head(), whole.pipeline->first()));
    QVERIFY(branch.formation.formation()->moments.size() >= line.size());

    // Back to the first head: nothing is under way, and a run begins there.
    session.return_to(line.front()->id);
    QVERIFY(in_state(SessionState::kReady));
    session.save_project(in_folder("first.portrait"));
    QTRY_COMPARE_WITH_TIMEOUT(session.latest()->saved.path.filename().string(),
                              std::string("first.portrait"), kWait);
    const LoadedProject first = load_project(in_folder("first.portrait"));
    QVERIFY(same_bits(first.pipeline->head(), whole.pipeline->first()));
  }
};

QTEST_GUILESS_MAIN(FormationRunTest)
#include "formation_run_test.moc"
