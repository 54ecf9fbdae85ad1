// SPDX-License-Identifier: Apache-2.0
#include "ui/main_window.h"

#include "core/base/settings.h"
#include "core/session/session.h"
#include "ui/art_direction.h"
#include "ui/file_opener.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/formation_strip.h"
#include "ui/panels/guidance_panel.h"
#include "ui/panels/lock_bar.h"
#include "ui/panels/noise_panel.h"
#include "ui/panels/painted_view_panel.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/photo_panel.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/panels/view_panel.h"
#include "ui/panels/viewpoints_panel.h"
#include "ui/photo_editor.h"
#include "ui/settings_history.h"
#include "ui/snapshot_pace.h"
#include "ui/status_line.h"
#include "ui/still_writer.h"
#include "ui/unsaved_guard.h"
#include "ui/widgets/banner.h"

#include <QAbstractButton>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace portrait {
namespace {

constexpr int kLeftWidth = 264;
constexpr int kRightWidth = 308;

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

}  // namespace

MainWindow::MainWindow(std::unique_ptr<Session> session, const WindowOptions& options)
    : options_(options),
      session_(std::move(session)),
      snapshot_(session_->latest()),
      preferences_(options.preferences),
      recoveries_(options.autosave_folder),
      viewport_(new Viewport(options.canvas)),
      photo_(with_separator(new PhotoPanel)),
      stages_(with_separator(new StagesPanel)),
      viewpoints_(with_separator(new ViewpointsPanel)),
      guidance_(with_separator(new GuidancePanel)),
      noise_(with_separator(new NoisePanel)),
      painted_view_(with_separator(new PaintedViewPanel)),
      view_(with_separator(new ViewPanel)),
      settings_(new SettingsPanel),
      exporting_(with_separator(new ExportPanel)),
      formation_(new FormationStrip),
      status_(new StatusLine),
      pace_(new SnapshotPace(this)),
      history_(new SettingsHistory(this)),
      stills_(new StillWriter(this)),
      guard_(new UnsavedGuard(*session_, options.ask_before_losing, this)),
      opener_(new FileOpener(*session_, *guard_, options.ask_before_losing, this)),
      photo_editor_(new PhotoEditor(*session_, *guard_, this)),
      art_direction_(new ArtDirection(*session_, this)) {
  setAcceptDrops(true);
  build_layout();
  build_menus();
  connect_panels();
  connect_files();
  viewport_->set_sample_available(!options_.sample.empty());
  restore_preferences();
  show_recoveries();
  // From the worker's thread; the session does not notify again before latest().
  connect(
      this, &MainWindow::snapshot_waiting, this,
      [this] { pace_->ask(snapshot_->state == SessionState::kRunning); }, Qt::QueuedConnection);
  connect(pace_, &SnapshotPace::due, this, &MainWindow::take_snapshot);
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
  columns->addWidget(make_side("rightPanel", kRightWidth,
                               {guidance_, noise_, painted_view_, view_, exporting_, settings_}));
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
            // Frames of a moving camera are looked at where frames alone are.
            session_->move_camera(camera, resting, viewport_->mode() == DisplayMode::kNeural);
            viewpoints_->set_camera(viewport_->view().viewpoint());
            painted_view_->set_camera(viewport_->view().viewpoint());
            view_->set_camera_text(viewport_->view().describe());
          });
  connect(viewport_, &Viewport::overlay_changed, this, [this](PhotoOverlay overlay) {
    for (int i = 0; i < overlay_actions_.size(); ++i) {
      overlay_actions_[i]->setChecked(overlay == PhotoOverlay(i + 1));
    }
  });
  connect(viewport_, &Viewport::mode_changed, this, [this](DisplayMode mode) {
    session_->want_mesh(mode == DisplayMode::kMesh || mode == DisplayMode::kWireframe);
  });
  connect(viewpoints_, &ViewpointsPanel::chosen, viewport_, &Viewport::look_from);
  connect(settings_, &SettingsPanel::shown, viewpoints_, &ViewpointsPanel::show_settings);
  connect(viewpoints_, &ViewpointsPanel::edited, settings_, [this](const QString& viewpoints) {
    settings_->change("detail.viewpoints", viewpoints.toStdString());
  });
  connect(view_, &ViewPanel::view_chosen, viewport_, &Viewport::look_from);
  connect(stages_, &StagesPanel::start_requested, this, &MainWindow::start);
  connect(stages_, &StagesPanel::pause_requested, this, [this] { session_->pause(); });
  connect(stages_, &StagesPanel::resume_requested, this, [this] { session_->resume(); });
  connect(stages_, &StagesPanel::step_requested, this, &MainWindow::step);
  connect(stages_, &StagesPanel::stop_requested, this, [this] { session_->stop(); });
  connect(exporting_, &ExportPanel::export_requested, this, &MainWindow::export_head);
  connect(exporting_, &ExportPanel::cancel_requested, this, [this] { session_->cancel_export(); });
  connect_settings();
  connect_views();
  connect_art_direction();
}

void MainWindow::connect_settings() {
  connect(stages_, &StagesPanel::preset_chosen, this, [this](const QString& name) {
    // A preset is partial: it starts from the defaults, and the seed stays the artist's.
    auto settings = std::make_shared<Settings>();
    settings->set("seed", settings_->settings().get<std::int64_t>("seed"));
    settings->apply_preset(name.toStdString());
    change_settings(settings, name);
  });
  const auto change = [this](const std::shared_ptr<const Settings>& settings) {
    change_settings(settings, {});
  };
  connect(settings_, &SettingsPanel::changed, this, change);
  connect(guidance_, &GuidancePanel::changed, this, change);
  connect(noise_, &NoisePanel::changed, this, change);
  connect(history_, &SettingsHistory::restored, this, &MainWindow::send_settings);
}

void MainWindow::connect_views() {
  connect(guidance_, &GuidancePanel::keep_requested, viewport_, &Viewport::keep_frame);
  connect(guidance_, &GuidancePanel::held, viewport_, &Viewport::hold_kept);
  connect(formation_, &FormationStrip::shown, viewport_, &Viewport::show_moment);
  connect(formation_, &FormationStrip::return_requested, this,
          [this](quint64 moment) { session_->return_to(moment); });
  connect(painted_view_, &PaintedViewPanel::selected_changed, noise_, &NoisePanel::set_selected);
  connect(noise_, &NoisePanel::view_chosen, this, [this](int view) {
    if (snapshot_->refined != nullptr && view < int(snapshot_->refined->size())) {
      viewport_->look_from((*snapshot_->refined)[std::size_t(view)].viewpoint);
    }
  });
}

void MainWindow::connect_art_direction() {
  const auto connect_to = [this](const auto* panel, auto exported, auto brought_back,
                                 auto unlocked) {
    connect(panel, exported, art_direction_, &ArtDirection::export_picture);
    connect(panel, brought_back, art_direction_, &ArtDirection::bring_back);
    connect(panel, unlocked, art_direction_, &ArtDirection::unlock);
  };
  connect_to(&painted_view_->lock_bar(), &LockBar::export_requested,
             &LockBar::bring_back_requested, &LockBar::unlock_requested);
  connect_to(viewpoints_, &ViewpointsPanel::export_requested,
             &ViewpointsPanel::bring_back_requested, &ViewpointsPanel::unlock_requested);
  connect(art_direction_, &ArtDirection::said, this, [this](const QString& text) {
    viewport_->banner()->say(Banner::Kind::kInfo, text);
  });
}

void MainWindow::change_settings(const std::shared_ptr<const Settings>& settings,
                                 const QString& preset) {
  history_->record(*settings, preset);
  send_settings(settings);
}

void MainWindow::show_settings(const Settings& settings) {
  settings_->show_settings(settings);
  guidance_->show_settings(settings);
  noise_->show_settings(settings);
  stages_->show_settings(settings);
}

void MainWindow::send_settings(const std::shared_ptr<const Settings>& settings) {
  session_->set_settings(settings);
  show_settings(*settings);
}

void MainWindow::take_snapshot() {
  snapshot_ = session_->latest();
  const Snapshot& s = *snapshot_;
  photo_->show_snapshot(s);
  stages_->show_snapshot(s);
  viewpoints_->show_snapshot(s);
  guidance_->show_snapshot(s);
  noise_->show_snapshot(s);
  painted_view_->show_snapshot(s);
  view_->show_snapshot(s);
  settings_->show_snapshot(s);
  exporting_->show_snapshot(s);
  formation_->show_snapshot(s);
  status_->show_snapshot(snapshot_);
  status_->set_renderer(viewport_->gl_report().renderer, viewport_->gl_report().software);
  viewport_->show_snapshot(s);
  // What a project brings along. Our own changes come back later than they were made, and would
  // undo the ones made since.
  const bool another = s.photo != shown_photo_ || !settings_shown_;
  if (s.settings != nullptr && another) {
    show_settings(*s.settings);
    history_->begin_with(*s.settings);
    settings_shown_ = true;
  }
  remember_file();
  shown_photo_ = s.photo;
  recoveries_.hold(s.autosave.path);
  art_direction_->show_snapshot(snapshot_);
  show_messages();
  update_actions();
  Q_EMIT snapshot_shown();
  guard_->show_snapshot(snapshot_);
  photo_editor_->show_snapshot(snapshot_);
  if (leaving_ && may_close()) close();
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

}  // namespace portrait
