// SPDX-License-Identifier: Apache-2.0
// portrait-studio: the window.
#include "app/studio/display_check.h"
#include "app/studio/rehearsal.h"
#include "app/studio/screenshot.h"
#include "core/base/error.h"
#include "core/base/process_threads.h"
#include "core/base/settings.h"
#include "core/session/session.h"
#include "ui/event_loop_probe.h"
#include "ui/language.h"
#include "ui/main_window.h"
#include "ui/preferences.h"
#include "ui/sample_photo.h"
#include "ui/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QEvent>
#include <QStandardPaths>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace {

using namespace portrait;

struct CommandLine {
  QString file;
  QString screenshot;
  Screenshot::When when = Screenshot::When::kFirstHead;
  QSize size;
  std::optional<Appearance> appearance;
  QString language;  // empty: the one that is remembered
  bool probe = false;
  std::optional<Rehearsal::Hand> rehearsal;
  SessionOptions session;
  std::optional<std::uint64_t> seed;
};

// The platform is named in the environment or by Qt's own option, which QApplication takes out.
std::string chosen_platform(int argc, char** argv) {
  std::string platform;
  if (const char* value = std::getenv("QT_QPA_PLATFORM")) platform = value;
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string word = argv[i];
    if (word == "-platform" || word == "--platform") platform = argv[i + 1];
  }
  return platform;
}

bool asks_for_words_only(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--help" || word == "-h" || word == "--version" || word == "-v") return true;
  }
  return false;
}

void add_options(QCommandLineParser& parser) {
  parser.setApplicationDescription("One photo in, one 3D head out.");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument("file", "A photo, or a project (.portrait).", "[PHOTO or PROJECT]");
  parser.addOptions({
      {"pack", "The model pack to use instead of the one that ships.", "folder"},
      {"device", "auto, cpu or cuda.", "device", "auto"},
      {"preset", "A preset of settings: draft, standard, high or paper.", "name"},
      {"set", "Change a setting; may be repeated.", "key=value"},
      {"seed", "Where the random numbers start.", "number"},
      {"size", "Size of the window.", "WxH"},
      {"language", "de, en or system; for this time.", "code"},
      {"appearance", "dark, light or system; remembered.", "name"},
      {"screenshot", "Write a picture of the window and end.", "file"},
      {"when", "When to take it: opened, first-head, painting or finished.", "moment"},
      {"probe", "Print how long the event loop was held up, at the end."},
      {"autosave-seconds", "Computing time between two autosaves.", "seconds"},
      {"rehearse",
       "Make the head with nobody at the mouse, print what happens in JSON, and end: still, or "
       "turning the head all the while.",
       "hand"},
  });
}

// Calls back once, right after the window was painted for the first time.
class FirstPaint : public QObject {
 public:
  FirstPaint(QWidget& window, std::function<void()> then) : then_(std::move(then)) {
    window.installEventFilter(this);
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Paint) {
      watched->removeEventFilter(this);
      QMetaObject::invokeMethod(this, [this] { then_(); }, Qt::QueuedConnection);
    }
    return false;
  }

 private:
  std::function<void()> then_;
};

// Throws kBadUsage.
CommandLine read_options(const QCommandLineParser& parser) {
  CommandLine line;
  const QStringList files = parser.positionalArguments();
  check(files.size() <= 1, ErrorCode::kBadUsage, "One photo or project at a time; {} were given",
        files.size());
  if (!files.isEmpty()) line.file = files.front();
  line.screenshot = parser.value("screenshot");
  line.probe = parser.isSet("probe");
  line.session.pack = parser.value("pack").toStdString();
  line.session.device = parser.value("device").toStdString();
  const QString when = parser.value("when");
  if (when == "opened" || (when.isEmpty() && line.file.isEmpty())) {
    line.when = Screenshot::When::kOpened;
  } else if (when == "finished") {
    line.when = Screenshot::When::kFinished;
  } else if (when == "painting") {
    line.when = Screenshot::When::kPainting;
  } else {
    check(when.isEmpty() || when == "first-head", ErrorCode::kBadUsage,
          "--when is opened, first-head, painting or finished, not '{}'", when.toStdString());
  }
  if (parser.isSet("rehearse")) {
    const QString hand = parser.value("rehearse");
    check(hand == "still" || hand == "turning", ErrorCode::kBadUsage,
          "--rehearse is still or turning, not '{}'", hand.toStdString());
    check(!line.file.isEmpty(), ErrorCode::kBadUsage, "--rehearse needs a photo");
    line.rehearsal = hand == "still" ? Rehearsal::Hand::kStill : Rehearsal::Hand::kTurning;
  }
  if (parser.isSet("autosave-seconds")) {
    line.session.autosave_seconds = parser.value("autosave-seconds").toDouble();
    check(line.session.autosave_seconds >= 1, ErrorCode::kBadUsage,
          "--autosave-seconds is 1 or more, not '{}'",
          parser.value("autosave-seconds").toStdString());
  }
  if (parser.isSet("size")) {
    const QStringList parts = parser.value("size").split('x');
    if (parts.size() == 2) line.size = QSize(parts[0].toInt(), parts[1].toInt());
    check(line.size.width() >= 320 && line.size.height() >= 240, ErrorCode::kBadUsage,
          "--size is WIDTHxHEIGHT, at least 320x240; found '{}'",
          parser.value("size").toStdString());
  }
  line.language = parser.value("language");
  check(line.language.isEmpty() || line.language == "system" ||
            line.language == language_for(line.language),
        ErrorCode::kBadUsage, "--language is de, en or system, not '{}'",
        line.language.toStdString());
  if (parser.isSet("appearance")) {
    line.appearance = appearance_of(parser.value("appearance"));
    check(line.appearance.has_value(), ErrorCode::kBadUsage,
          "--appearance is dark, light or system, not '{}'",
          parser.value("appearance").toStdString());
  }
  Settings settings;
  if (parser.isSet("preset")) settings.apply_preset(parser.value("preset").toStdString());
  for (const QString& assignment : parser.values("set")) {
    settings.set_assignment(assignment.toStdString());
  }
  if (parser.isSet("seed")) settings.set_text("seed", parser.value("seed").toStdString());
  line.session.settings = std::make_shared<const Settings>(settings);
  if (parser.isSet("seed") || settings.get<std::int64_t>("seed") != 0) {
    line.seed = std::uint64_t(settings.get<std::int64_t>("seed"));
  }
  return line;
}

int run(QApplication& application, const QElapsedTimer& since_start) {
  QCommandLineParser parser;
  add_options(parser);
  parser.process(application);
  CommandLine line = read_options(parser);

  const std::filesystem::path program = QCoreApplication::applicationDirPath().toStdString();
  WindowOptions options;
  options.pack = line.session.pack.empty() ? find_shipped_pack(program) : line.session.pack;
  options.sample = find_sample_photo(program);
  if (line.session.pack.empty()) line.session.pack = options.pack;
  line.session.autosave_folder =
      QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString();
  // A picture of the window shows nobody's own settings, and nobody is there to answer.
  const bool for_people = line.screenshot.isEmpty() && !line.rehearsal;
  options.ask_before_losing = for_people;
  if (for_people) {
    options.autosave_folder = line.session.autosave_folder;
    options.preferences =
        (QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + "/studio.ini")
            .toStdString();
  }

  const QString remembered = for_people ? Preferences(options.preferences).language() : QString();
  install_language(application,
                   language_for(line.language.isEmpty() ? remembered : line.language));
  apply_theme(application);
  MainWindow window(std::make_unique<Session>(line.session), options);
  if (line.size.isValid()) window.resize(line.size);
  if (line.appearance) window.set_appearance(*line.appearance);
  EventLoopProbe probe;
  std::optional<Screenshot> screenshot;
  std::optional<Rehearsal> rehearsal;
  if (line.seed) window.session().set_seed(*line.seed);
  // From the first painted frame on, the event loop is held to its budget.
  qint64 first_paint_ms = 0;
  const FirstPaint first_paint(window, [&] {
    first_paint_ms = since_start.elapsed();
    if (line.probe || line.rehearsal) probe.start();
    if (line.rehearsal) rehearsal.emplace(window, probe, *line.rehearsal);
    if (!line.file.isEmpty()) window.open_path(line.file);
    if (!line.screenshot.isEmpty()) {
      screenshot.emplace(window, line.screenshot, line.when);
      QObject::connect(&*screenshot, &Screenshot::about_to_take, &probe, &EventLoopProbe::stop);
    }
  });
  window.show();
  const int code = QApplication::exec();
  if (line.probe) {
    std::printf("first paint after %lld ms\n%s\n", static_cast<long long>(first_paint_ms),
                probe.report().text().c_str());
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  configure_process();
  const std::string no_display =
      asks_for_words_only(argc, argv) ? std::string() : why_no_display(chosen_platform(argc, argv));
  if (!no_display.empty()) {
    std::fprintf(stderr,
                 "portrait-studio: %s.\nWithout a display, make the head with:  portrait generate "
                 "PHOTO --out FOLDER\n",
                 no_display.c_str());
    return 1;
  }
  if (asks_for_words_only(argc, argv) && !std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY")) {
    setenv("QT_QPA_PLATFORM", "offscreen", 0);
  }
  QElapsedTimer since_start;
  since_start.start();
  QApplication application(argc, argv);
  QApplication::setApplicationName("portrait-studio");
  QApplication::setApplicationDisplayName("Portrait Studio");
  QApplication::setApplicationVersion(PORTRAIT_VERSION);
  QApplication::setDesktopFileName("portrait-studio");
  try {
    return run(application, since_start);
  } catch (const Error& error) {
    std::fprintf(stderr, "portrait-studio: %s\n", error.what());
    return exit_code(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "portrait-studio: %s\n", error.what());
    return 1;
  }
}
