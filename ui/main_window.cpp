// SPDX-License-Identifier: Apache-2.0
#include "ui/main_window.h"

#include "core/base/settings.h"
#include "core/session/session.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/formation_strip.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/photo_panel.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/panels/view_panel.h"
#include "ui/panels/viewpoints_panel.h"
#include "ui/status_line.h"
#include "ui/widgets/banner.h"

#include <QAbstractButton>
#include <QCloseEvent>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMimeData>
#include <QScrollArea>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace portrait {
namespace {

constexpr int kLeftWidth = 264;
constexpr int kRightWidth = 300;

// A column of sections that scrolls when the window is low.
QWidget* make_side(const char* name, int width, const QList<QWidget*>& sections) {
  auto* side = new QWidget;
  side->setObjectName(name);
  side->setAttribute(Qt::WA_StyledBackground);
  side->setFixedWidth(width);
  auto* outer = new QVBoxLayout(side);
  outer->setContentsMargins(name == std::string_view("rightPanel") ? 1 : 0, 0,
                            name == std::string_view("rightPanel") ? 0 : 1, 0);
  auto* area = new QScrollArea;
  area->setObjectName("panel");
  area->setWidgetResizable(true);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* body = new QWidget;
  body->setObjectName("panelBody");
  auto* layout = new QVBoxLayout(body);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  for (QWidget* section : sections) layout->addWidget(section);
  layout->addStretch(1);
  area->setWidget(body);
  outer->addWidget(area);
  return side;
}

// The separator belongs to its section: it goes when the section is hidden.
template <typename Panel>
Panel* with_separator(Panel* panel) {
  panel->layout()->addWidget(make_separator());
  return panel;
}

QString first_local_file(const QMimeData* data) {
  if (!data->hasUrls()) return {};
  for (const QUrl& url : data->urls()) {
    if (url.isLocalFile()) return url.toLocalFile();
  }
  return {};
}

}  // namespace

MainWindow::MainWindow(std::unique_ptr<Session> session, const WindowOptions& options)
    : options_(options),
      session_(std::move(session)),
      snapshot_(session_->latest()),
      viewport_(new Viewport(options.canvas)),
      photo_(with_separator(new PhotoPanel)),
      stages_(with_separator(new StagesPanel)),
      viewpoints_(with_separator(new ViewpointsPanel)),
      view_(with_separator(new ViewPanel)),
      settings_(new SettingsPanel),
      exporting_(with_separator(new ExportPanel)),
      formation_(new FormationStrip),
      status_(new StatusLine) {
  setAcceptDrops(true);
  build_layout();
  build_menus();
  connect_panels();
  viewport_->set_sample_available(!options_.sample.empty());
  exporting_->set_folder(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) +
                         "/Portrait Studio");
  // From the worker's thread; the session does not notify again before latest().
  connect(this, &MainWindow::snapshot_waiting, this, &MainWindow::take_snapshot,
          Qt::QueuedConnection);
  session_->set_notifier([this] { Q_EMIT snapshot_waiting(); });
  take_snapshot();
}

MainWindow::~MainWindow() {
  session_->set_notifier({});
}

void MainWindow::build_layout() {
  auto* centre = new QWidget;
  auto* rows = new QVBoxLayout(centre);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(0);
  auto* columns = new QHBoxLayout;
  columns->setSpacing(0);
  columns->addWidget(make_side("leftPanel", kLeftWidth, {photo_, stages_, viewpoints_}));
  columns->addWidget(viewport_, 1);
  columns->addWidget(make_side("rightPanel", kRightWidth, {view_, exporting_, settings_}));
  rows->addLayout(columns, 1);
  rows->addWidget(formation_);
  setCentralWidget(centre);
  setStatusBar(status_);
  // A click leaves the keyboard where it is, so that Space goes on meaning start and pause.
  for (QAbstractButton* button : centre->findChildren<QAbstractButton*>()) {
    button->setFocusPolicy(Qt::TabFocus);
  }
  resize(1440, 900);
}

void MainWindow::connect_panels() {
  connect(viewport_, &Viewport::camera_changed, this,
          [this](const Camera& camera, bool resting) {
            session_->move_camera(camera, resting);
            viewpoints_->set_camera(viewport_->view().viewpoint());
            view_->set_camera_text(viewport_->view().describe());
          });
  connect(viewport_, &Viewport::open_requested, this, &MainWindow::choose_photo);
  connect(viewport_, &Viewport::sample_requested, this,
          [this] { open_path(QString::fromStdString(options_.sample.string())); });
  connect(viewport_, &Viewport::wipe_changed, this, [this](bool on) { wipe_action_->setChecked(on); });
  connect(photo_, &PhotoPanel::replace_requested, this, &MainWindow::choose_photo);
  connect(viewpoints_, &ViewpointsPanel::chosen, viewport_, &Viewport::look_from);
  connect(settings_, &SettingsPanel::shown, viewpoints_, &ViewpointsPanel::show_settings);
  connect(viewpoints_, &ViewpointsPanel::edited, settings_, [this](const QString& viewpoints) {
    settings_->change("detail.viewpoints", viewpoints.toStdString());
  });
  connect(view_, &ViewPanel::view_chosen, viewport_, &Viewport::look_from);
  connect(stages_, &StagesPanel::start_requested, this, [this] { session_->start(); });
  connect(stages_, &StagesPanel::pause_requested, this, [this] { session_->pause(); });
  connect(stages_, &StagesPanel::resume_requested, this, [this] { session_->resume(); });
  connect(stages_, &StagesPanel::step_requested, this, [this] { session_->step(); });
  connect(stages_, &StagesPanel::stop_requested, this, [this] { session_->stop(); });
  connect(stages_, &StagesPanel::preset_chosen, this, [this](const QString& name) {
    Settings settings = settings_->settings();
    // A preset is partial: it starts from the defaults, and the seed stays the artist's.
    const auto seed = settings.get<std::int64_t>("seed");
    settings = Settings();
    settings.set("seed", seed);
    settings.apply_preset(name.toStdString());
    settings_->show_settings(settings);
    session_->set_settings(std::make_shared<const Settings>(settings));
  });
  connect(settings_, &SettingsPanel::changed, this,
          [this](const std::shared_ptr<const Settings>& settings) {
            if (settings->get<std::int64_t>("seed") != std::int64_t(snapshot_->seed)) {
              session_->set_seed(std::uint64_t(settings->get<std::int64_t>("seed")));
            }
            session_->set_settings(settings);
            stages_->show_settings(*settings);
          });
  connect(exporting_, &ExportPanel::export_requested, this, &MainWindow::export_head);
  connect(exporting_, &ExportPanel::cancel_requested, this, [this] { session_->cancel_export(); });
}

void MainWindow::take_snapshot() {
  snapshot_ = session_->latest();
  const Snapshot& s = *snapshot_;
  photo_->show_snapshot(s);
  stages_->show_snapshot(s);
  viewpoints_->show_snapshot(s);
  view_->show_snapshot(s);
  settings_->show_snapshot(s);
  exporting_->show_snapshot(s);
  formation_->show_snapshot(s);
  status_->show_snapshot(s);
  status_->set_renderer(viewport_->gl_report().renderer, viewport_->gl_report().software);
  viewport_->show_snapshot(s);
  // What a project brings along. Our own changes come back later than they were made, and would
  // undo the ones made since.
  const bool another = s.photo != shown_photo_ || !settings_shown_;
  if (s.settings != nullptr && another) {
    settings_->show_settings(*s.settings);
    stages_->show_settings(*s.settings);
    settings_shown_ = true;
  }
  shown_photo_ = s.photo;
  show_messages();
  update_actions();
  Q_EMIT snapshot_shown();
  if (closing_ && may_close()) close();
}

void MainWindow::show_messages() {
  const Snapshot& s = *snapshot_;
  for (const SessionMessage& message : s.messages) {
    if (message.id <= last_message_) continue;
    last_message_ = message.id;
    const Banner::Kind kind = message.kind == SessionMessage::Kind::kError ? Banner::Kind::kFailure
                              : message.kind == SessionMessage::Kind::kWarning
                                  ? Banner::Kind::kWarning
                                  : Banner::Kind::kInfo;
    // What informs does not push away what went wrong.
    if (kind == Banner::Kind::kInfo && !viewport_->banner()->text().isEmpty() &&
        viewport_->banner()->kind() != Banner::Kind::kInfo) {
      continue;
    }
    viewport_->banner()->say(kind, QString::fromStdString(message.text));
  }
  if (s.state == SessionState::kFailed && !s.error.empty() &&
      viewport_->banner()->text().isEmpty() && s.sequence != 0 && !failure_shown_) {
    viewport_->banner()->say(Banner::Kind::kFailure, QString::fromStdString(s.error));
  }
  failure_shown_ = s.state == SessionState::kFailed;
}

void MainWindow::open_path(const QString& path) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  viewport_->banner()->dismiss();
  if (absolute.endsWith(".portrait", Qt::CaseInsensitive)) {
    session_->open_project(absolute.toStdString());
  } else {
    session_->open_photo(absolute.toStdString(), {});
  }
}

void MainWindow::export_head() {
  if (!can_export(*snapshot_)) return;
  // The worker makes the folder and proves that it can be written before it computes anything.
  session_->export_to(exporting_->request());
}

// The window goes when the worker is done; until then it stays alive and says so.
bool MainWindow::may_close() const {
  return !is_busy(snapshot_->state) && !snapshot_->opening &&
         snapshot_->exporting.state != ExportStatus::State::kRunning;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (may_close()) {
    event->accept();
    return;
  }
  event->ignore();
  if (closing_) return;
  closing_ = true;
  setEnabled(false);
  if (can_stop(*snapshot_)) session_->stop();
  session_->cancel_export();
  viewport_->banner()->say(Banner::Kind::kWarning, tr("Closing…"));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (first_local_file(event->mimeData()).isEmpty() || !can_open(*snapshot_)) return;
  event->acceptProposedAction();
  viewport_->set_drop_hover(true);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) { viewport_->set_drop_hover(false); }

void MainWindow::dropEvent(QDropEvent* event) {
  viewport_->set_drop_hover(false);
  const QString path = first_local_file(event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  open_path(path);
}

}  // namespace portrait
