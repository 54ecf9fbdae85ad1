// SPDX-License-Identifier: Apache-2.0
// portrait-studio itself, with the pack that ships, killed in the middle of each stage: the next
// start offers the work, and it goes on from the last autosave. Skipped where pack or photo is not
// there.
#include "core/base/settings.h"
#include "core/nn/model_pack.h"
#include "core/session/session.h"
#include "tests/ui/shipped.h"
#include "ui/main_window.h"
#include "ui/recoveries.h"
#include "ui/theme.h"
#include "ui/viewport/recovery_card.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QDir>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr int kWait = 240000;

// portrait-studio that makes a head with nobody at the mouse, in folders of its own.
class Victim {
 public:
  Victim(const QString& home, const fs::path& photo, const QStringList& settings) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("XDG_DATA_HOME", home);
    environment.insert("XDG_CONFIG_HOME", home);
    process_.setProcessEnvironment(environment);
    process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    QStringList arguments{QString::fromStdString(photo.string()),
                          "--preset",
                          "draft",
                          "--autosave-seconds",
                          "1",
                          "--rehearse",
                          "still"};
    for (const QString& setting : settings) arguments << "--set" << setting;
    process_.start(PORTRAIT_BIN_DIR "/portrait-studio", arguments);
  }
  ~Victim() {
    process_.kill();
    process_.waitForFinished();
  }

  // Reads on until an autosave of the stage was told, and a step after it. False: it ended.
  bool work_until_after_an_autosave_in(const std::string& stage) {
    int saved = -1;
    for (;;) {
      if (!process_.canReadLine() && !process_.waitForReadyRead(kWait)) return false;
      while (process_.canReadLine()) {
        const auto line = nlohmann::json::parse(process_.readLine().toStdString(), nullptr, false);
        if (!line.is_object() || line.value("stage", "") != stage) continue;
        const int step = line.value("step", 0);
        if (line.value("event", "") == "autosaved" && step > 0) {
          saved = saved_ = step;
        } else if (saved >= 0 && step > saved) {
          return true;
        }
      }
    }
  }

  int saved_step() const { return saved_; }

  bool kill() {
    return ::kill(pid_t(process_.processId()), SIGKILL) == 0 && process_.waitForFinished(kWait);
  }

 private:
  QProcess process_;
  int saved_ = -1;
};

}  // namespace

class KilledTest : public QObject {
  Q_OBJECT

  fs::path pack_;
  fs::path photo_;

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    const Shipped shipped = Shipped::find();
    if (shipped.missing()) QSKIP(shipped.missing());
    pack_ = shipped.pack;
    photo_ = shipped.photo;
  }

  void what_was_done_is_offered_and_goes_on_data() {
    QTest::addColumn<QString>("stage");
    QTest::addColumn<QStringList>("settings");
    QTest::newRow("photo fit") << "photo_fit"
                               << QStringList{"photo_fit.minutes=20", "photo_fit.steps_max=4000"};
    QTest::newRow("geometry") << "geometry"
                              << QStringList{"photo_fit=false", "geometry=true",
                                             "geometry.steps=400"};
    QTest::newRow("detail") << "detail"
                            << QStringList{"photo_fit=false", "geometry=false",
                                           "detail.iterations=40"};
  }

  void what_was_done_is_offered_and_goes_on() {
    QFETCH(QString, stage);
    QFETCH(QStringList, settings);
    if (stage == "geometry" && !ModelPack::open(pack_).has("geometry")) {
      QSKIP("the pack has no network for this stage");
    }
    QTemporaryDir home;
    Victim victim(home.path(), photo_, settings);
    QVERIFY(victim.work_until_after_an_autosave_in(stage.toStdString()));
    QVERIFY(victim.kill());

    WindowOptions options;
    options.pack = pack_;
    options.ask_before_losing = false;
    options.autosave_folder = (home.path() + "/portrait-studio").toStdString();
    SessionOptions session;
    session.pack = pack_;
    session.autosave_folder = options.autosave_folder;
    MainWindow window(std::make_unique<Session>(session), options);
    window.resize(1280, 800);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    auto* card = window.findChild<RecoveryCard*>();
    QVERIFY(card != nullptr && card->isVisible());
    QCOMPARE(card->count(), 1);
    QTest::mouseClick(card->findChild<QPushButton*>("openRecovery"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(window.snapshot().state, SessionState::kPaused, kWait);
    const auto now = [&]() -> const StageInfo& {
      return window.snapshot().stages[std::size_t(window.snapshot().stage)];
    };
    QCOMPARE(now().id, stage.toStdString());
    // No autosave that was told is lost; one may have been written and not yet told.
    QVERIFY2(now().step >= victim.saved_step(), qPrintable(QString::number(now().step)));
    const int step = now().step;
    window.session().resume();
    QTRY_VERIFY_WITH_TIMEOUT(now().step > step, kWait);
    window.session().abandon();
  }
};

QTEST_MAIN(KilledTest)
#include "killed_test.moc"
