// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "ui/viewport/viewport.h"

#include <QMainWindow>

#include <filesystem>
#include <functional>
#include <memory>

class QAction;

namespace portrait {

class ExportPanel;
class FormationStrip;
class GuidancePanel;
class NoisePanel;
class PaintedViewPanel;
class PhotoPanel;
class Session;
class SettingsPanel;
class Settings;
class StagesPanel;
class StatusLine;
class ViewPanel;
class ViewpointsPanel;
struct Snapshot;

struct WindowOptions {
  std::filesystem::path pack;    // for the licences page
  std::filesystem::path sample;  // empty: no sample is offered
  CanvasKind canvas = CanvasKind::kAutomatic;
};

// The window: lays out viewport and panels, hands their wishes to the session and its snapshots
// to them. It never waits for the session: the notifier posts one event, and the newest snapshot
// is taken when that event comes.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  MainWindow(std::unique_ptr<Session> session, const WindowOptions& options);
  ~MainWindow() override;

  // A photo, or a project by its ending .portrait.
  void open_path(const QString& path);
  const Snapshot& snapshot() const { return *snapshot_; }
  Session& session() { return *session_; }
  Viewport& viewport() { return *viewport_; }
  StagesPanel& stages() { return *stages_; }
  ExportPanel& exporting() { return *exporting_; }
  SettingsPanel& settings() { return *settings_; }
  FormationStrip& formation() { return *formation_; }
  GuidancePanel& guidance() { return *guidance_; }
  NoisePanel& noise() { return *noise_; }
  PaintedViewPanel& painted_view() { return *painted_view_; }

 Q_SIGNALS:
  void snapshot_waiting();  // from the worker's thread
  void snapshot_shown();    // after every panel took the newest one

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void build_layout();
  void build_menus();
  void build_view_menu();
  QAction* add_action(QMenu* menu, const QString& text, const QKeySequence& keys,
                      const std::function<void()>& act);
  void connect_panels();
  void connect_settings();
  void connect_views();
  // What a panel made of the settings: shown by the others, in force from the worker's next step.
  void change_settings(const std::shared_ptr<const Settings>& settings);
  void show_settings(const Settings& settings);
  void take_snapshot();
  void show_messages();
  void update_actions();
  void choose_photo();
  void choose_project();
  void save();
  void save_as();
  void export_head();
  void show_about();
  bool may_close() const;

  const WindowOptions options_;
  std::unique_ptr<Session> session_;
  std::shared_ptr<const Snapshot> snapshot_;
  bool closing_ = false;
  bool failure_shown_ = false;
  std::uint64_t last_message_ = 0;
  std::shared_ptr<const PhotoInfo> shown_photo_;
  bool settings_shown_ = false;

  Viewport* viewport_;
  PhotoPanel* photo_;
  StagesPanel* stages_;
  ViewpointsPanel* viewpoints_;
  GuidancePanel* guidance_;
  NoisePanel* noise_;
  PaintedViewPanel* painted_view_;
  ViewPanel* view_;
  SettingsPanel* settings_;
  ExportPanel* exporting_;
  FormationStrip* formation_;
  StatusLine* status_;
  QAction* open_action_ = nullptr;
  QAction* open_project_action_ = nullptr;
  QAction* save_action_ = nullptr;
  QAction* save_as_action_ = nullptr;
  QAction* export_action_ = nullptr;
  QAction* run_action_ = nullptr;
  QAction* step_action_ = nullptr;
  QAction* stop_action_ = nullptr;
  QAction* wipe_action_ = nullptr;
  QList<QAction*> head_actions_;  // need a head
};

}  // namespace portrait
