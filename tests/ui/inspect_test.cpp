// SPDX-License-Identifier: Apache-2.0
// Ways to look at a head: display modes and the photo held against it, by keys and by hand. Set
// PORTRAIT_SCREENSHOTS to a folder to keep pictures of every mode of the sample with the real pack.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "ui/main_window.h"
#include "ui/sample_photo.h"
#include "ui/theme.h"
#include "ui/viewport/photo_control.h"
#include "ui/widgets/segmented_control.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 60000;

// A bust that is seen from two sides, and a ball for its mesh.
class InspectEngine : public BustEngine {
 public:
  using BustEngine::BustEngine;
  std::vector<Camera> surroundings() const override {
    return {rig_camera({4, 1}), rig_camera({30, 0})};
  }
  NeuralFrame render(const Camera& camera, bool resting) override {
    NeuralFrame frame = BustEngine::render(camera, resting);
    const int size = frame.rgba.width;
    for (int y = 0; y < size; ++y) {  // about as far as the face is
      for (int x = 0; x < size; ++x) {
        if (frame.rgba.at(x, y)[3] > 0.5F) *frame.depth.at(x, y) = 2.5F;
      }
    }
    return frame;
  }
  ViewMesh view_mesh() override {
    ViewMesh mesh;
    constexpr int kRings = 24;
    for (int i = 0; i <= kRings; ++i) {
      for (int j = 0; j <= kRings; ++j) {
        const double polar = M_PI * i / kRings;
        const double turn = 2 * M_PI * j / kRings;
        const double n[] = {std::sin(polar) * std::sin(turn), std::cos(polar),
                            std::sin(polar) * std::cos(turn)};
        for (double c : n) {
          mesh.normals.push_back(float(c));
          mesh.positions.push_back(float(0.3 * c));
        }
      }
    }
    for (std::uint32_t i = 0; i < kRings; ++i) {
      for (std::uint32_t j = 0; j < kRings; ++j) {
        const std::uint32_t a = i * (kRings + 1) + j;
        const std::uint32_t b = a + kRings + 1;
        for (std::uint32_t v : {a, b, b + 1, a, b + 1, a + 1}) mesh.triangles.push_back(v);
      }
    }
    return mesh;
  }
};

struct Studio {
  std::unique_ptr<MainWindow> window;

  explicit Studio(std::unique_ptr<Session> session) {
    WindowOptions options;
    options.canvas = CanvasKind::kSoftware;
    options.ask_before_losing = false;  // nobody is here to answer
    window = std::make_unique<MainWindow>(std::move(session), options);
    window->resize(1440, 900);
    window->show();
  }
  Viewport& viewport() { return window->viewport(); }
  const Snapshot& now() const { return window->snapshot(); }
  void keep(const QString& name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    window->grab().save(folder + "/" + name + ".png");
  }
  // Of the head alone, once it is drawn as well as it will be.
  QImage picture() {
    if (!QTest::qWaitFor([this] { return viewport().settled(); }, kWait)) return {};
    return viewport().still();
  }
  QLabel* note() {
    for (QLabel* label : viewport().findChildren<QLabel*>("chipLabel")) {
      if (label->textFormat() == Qt::RichText) return label;
    }
    return nullptr;
  }
};

std::unique_ptr<Session> bust_session() {
  return std::make_unique<Session>(SessionOptions{}, [](const SessionOptions&) {
    return std::make_unique<InspectEngine>(std::make_shared<BustScript>());
  });
}

QRgb middle(const QImage& image) {
  return image.pixel(image.width() / 2, image.height() / 2);
}

int differing(const QImage& a, const QImage& b) {
  int count = 0;
  for (int y = 0; y < a.height(); y += 4) {
    for (int x = 0; x < a.width(); x += 4) {
      count += std::abs(qGreen(a.pixel(x, y)) - qGreen(b.pixel(x, y))) > 12 ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

class InspectTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    photo_ = folder_.filePath("photo.png");
    QImage image(512, 512, QImage::Format_RGB32);
    image.fill(qRgb(40, 200, 60));
    QVERIFY(image.save(photo_));
  }

  void keys_choose_what_is_shown() {
    Studio studio(bust_session());
    open(studio, photo_);
    auto* modes = studio.viewport().findChild<SegmentedControl*>();
    activate(studio);
    for (int mode = 1; mode < kDisplayModes; ++mode) {
      QTest::keyClick(studio.window.get(), Qt::Key(Qt::Key_1 + mode), Qt::AltModifier);
      QCOMPARE(studio.viewport().mode(), DisplayMode(mode));
      QCOMPARE(modes->current(), mode);
    }
    QTest::keyClick(studio.window.get(), Qt::Key_1, Qt::AltModifier);
    QCOMPARE(studio.viewport().mode(), DisplayMode::kColour);
  }

  void seen_and_invented_have_a_legend() {
    Studio studio(bust_session());
    open(studio, photo_);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().views != nullptr, kWait);
    QVERIFY(!studio.note()->isVisible());
    studio.viewport().set_mode(DisplayMode::kSeen);
    QVERIFY(studio.note()->isVisible());
    QVERIFY(studio.note()->text().contains(theme().information.name()));
    QVERIFY(studio.note()->text().contains(theme().accent.name()));
    studio.viewport().set_mode(DisplayMode::kDepth);
    QVERIFY(!studio.note()->isVisible());
  }

  void a_mesh_comes_when_it_is_looked_at() {
    Studio studio(bust_session());
    open(studio, photo_);
    QVERIFY(studio.now().mesh == nullptr);
    studio.viewport().set_mode(DisplayMode::kMesh);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().mesh != nullptr, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.note()->text().contains("triangles"), kWait);
    const QImage clay = studio.picture();
    // The ball is lit from the upper left, and grey.
    const int x = clay.width() / 2;
    const int y = clay.height() / 2;
    const int off = clay.height() / 6;
    const QRgb light = clay.pixel(x - off, y - off);
    const QRgb dark = clay.pixel(x + off, y + off);
    QVERIFY2(qGreen(light) > qGreen(dark) + 40, QByteArray::number(qGreen(light)));
    QVERIFY(std::abs(qRed(light) - qBlue(light)) < 30);
    studio.viewport().set_mode(DisplayMode::kWireframe);
    const QImage wire = studio.picture();
    QVERIFY(differing(clay, wire) > 1000);
    studio.keep("inspect_bust_wireframe");
  }

  void the_photo_is_held_against_the_head() {
    Studio studio(bust_session());
    open(studio, photo_);
    activate(studio);
    QTest::keyClick(studio.window.get(), Qt::Key_G, Qt::ShiftModifier);
    QCOMPARE(studio.viewport().overlay(), PhotoOverlay::kOnion);
    QVERIFY(same_camera(studio.viewport().view().camera(), studio.now().photo->camera));
    auto* control = studio.viewport().findChild<PhotoControl*>();
    QSlider* onion = control->findChildren<QSlider*>().at(0);
    QVERIFY(onion->isVisible());
    onion->setValue(100);
    // The photo is green all over.
    const QRgb photo = middle(studio.picture());
    QVERIFY(qGreen(photo) > 180 && qRed(photo) < 60);
    onion->setValue(0);
    const QRgb head = middle(studio.picture());
    QVERIFY(qRed(head) > 100);
    onion->setValue(50);
    const QRgb both = middle(studio.picture());
    QVERIFY(std::abs(qRed(both) - (qRed(photo) + qRed(head)) / 2) < 8);

    QTest::keyClick(studio.window.get(), Qt::Key_D);
    QCOMPARE(studio.viewport().overlay(), PhotoOverlay::kDifference);
    QSlider* gain = control->findChildren<QSlider*>().at(1);
    QVERIFY(gain->isVisible() && !onion->isVisible());
    gain->setValue(0);
    const QRgb difference = middle(studio.picture());
    QVERIFY2(std::abs(qRed(difference) - std::abs(qRed(photo) - qRed(head))) < 10,
             QByteArray::number(qRed(difference)));
    gain->setValue(gain->maximum());
    QVERIFY(qRed(middle(studio.picture())) > 250);

    // The same key leaves it; so does turning away.
    QTest::keyClick(studio.window.get(), Qt::Key_D);
    QCOMPARE(studio.viewport().overlay(), PhotoOverlay::kNone);
    QVERIFY(!studio.viewport().view().has_own_camera());
    QVERIFY(!gain->isVisible());
    QTest::keyClick(studio.window.get(), Qt::Key_G);
    QCOMPARE(studio.viewport().overlay(), PhotoOverlay::kWipe);
    QTest::mousePress(&studio.viewport(), Qt::LeftButton, {}, {200, 500});
    QMouseEvent move(QEvent::MouseMove, QPoint(240, 500), QPoint(240, 500), Qt::NoButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&studio.viewport(), &move);
    QTest::mouseRelease(&studio.viewport(), Qt::LeftButton, {}, {240, 500});
    QCOMPARE(studio.viewport().overlay(), PhotoOverlay::kNone);
  }

  void controls_do_not_overlap_in_a_narrow_window() {
    Studio studio(bust_session());
    open(studio, photo_);
    for (int width : {1000, 1180, 1440, 1920}) {
      studio.window->resize(width, 760);
      QTest::qWait(20);
      auto* modes = studio.viewport().findChild<SegmentedControl*>();
      auto* control = studio.viewport().findChild<PhotoControl*>();
      QVERIFY(!modes->geometry().intersects(control->geometry()));
      QVERIFY(control->geometry().right() < studio.viewport().width());
    }
  }

  void pictures_of_every_mode() {
    const std::filesystem::path program = QCoreApplication::applicationDirPath().toStdString();
    SessionOptions options;
    options.pack = find_shipped_pack(program);
    const std::filesystem::path photo = find_sample_photo(program);
    if (!qEnvironmentVariableIsSet("PORTRAIT_SCREENSHOTS")) QSKIP("no pictures are wanted");
    if (options.pack.empty() || photo.empty()) QSKIP("no pack or no sample photo here");
    Settings settings;
    settings.apply_preset("draft");
    options.settings = std::make_shared<const Settings>(settings);
    Studio studio(std::make_unique<Session>(options));
    const QString project = qEnvironmentVariable("PORTRAIT_PROJECT");
    open(studio, project.isEmpty() ? QString::fromStdString(photo.string()) : project);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().views != nullptr && studio.now().views->size() > 30,
                             4 * kWait);
    const char* names[] = {"colour",  "neural", "normals", "depth",
                           "opacity", "seen",   "mesh",    "wire"};
    for (int mode = 0; mode < kDisplayModes; ++mode) {
      studio.viewport().set_mode(DisplayMode(mode));
      studio.viewport().look_from({mode < 5 ? 25.0 : 40.0, 5});
      if (mode >= int(DisplayMode::kMesh)) {
        QTRY_VERIFY_WITH_TIMEOUT(studio.now().mesh != nullptr, kWait);
      }
      QTest::qWait(1500);
      studio.picture();
      studio.keep(QString("inspect_%1").arg(names[mode]));
    }
    studio.viewport().set_mode(DisplayMode::kColour);
    const char* overlays[] = {"wipe", "onion", "difference"};
    for (int i = 0; i < 3; ++i) {
      studio.viewport().set_overlay(PhotoOverlay(i + 1));
      QTest::qWait(2000);
      studio.picture();
      studio.keep(QString("inspect_%1").arg(overlays[i]));
    }
    activate(studio);
    QTest::keyClick(studio.window.get(), Qt::Key_H);
    QTest::qWait(300);
    studio.keep("inspect_keys");
  }

 private:
  void activate(Studio& studio) {
    studio.window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(studio.window.get()));
  }
  void open(Studio& studio, const QString& path) {
    QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
    studio.window->open_path(path);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().has_head(), 4 * kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().frame != nullptr && studio.now().frame->resting,
                             4 * kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.viewport().settled(), kWait);
  }

  QTemporaryDir folder_;
  QString photo_;
};

QTEST_MAIN(InspectTest)
#include "inspect_test.moc"
