// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "ui/appearance.h"
#include "ui/preferences.h"
#include "ui/recoveries.h"
#include "ui/viewport/viewport.h"

#include <QMainWindow>

#include <filesystem>
#include <functional>
#include <memory>

class QAction;

namespace portrait {

class ArtDirection;
class CheatSheet;
class ExportPanel;
class FileOpener;
class FormationStrip;
class GuidancePanel;
class NoisePanel;
class PaintedViewPanel;
class PhotoEditor;
class PhotoPanel;
class RecentMenu;
class Session;
class SettingsHistory;
class SettingsPanel;
class Settings;
class SnapshotPace;
class StagesPanel;
class StatusLine;
class StillWriter;
class UnsavedGuard;
class ViewPanel;
class ViewpointsPanel;
struct Snapshot;

struct WindowOptions {
  std::filesystem::path pack;    // for the licences page
  std::filesystem::path sample;  // empty: no sample is offered
  CanvasKind canvas = CanvasKind::kAutomatic;
  std::filesystem::path preferences;      // an ini file; empty: nothing is remembered
  std::filesystem::path autosave_folder;  // the session's: what a crash left is looked for there
  bool ask_before_losing = true;          // what is unsaved; off where nobody can answer
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
  PhotoPanel& photo() { return *photo_; }
  PhotoEditor& photo_editor() { return *photo_editor_; }
  StagesPanel& stages() { return *stages_; }
  ExportPanel& exporting() { return *exporting_; }
  SettingsPanel& settings() { return *settings_; }
  FormationStrip& formation() { return *formation_; }
  GuidancePanel& guidance() { return *guidance_; }
  NoisePanel& noise() { return *noise_; }
  PaintedViewPanel& painted_view() { return *painted_view_; }
  ViewpointsPanel& viewpoints() { return *viewpoints_; }
  ArtDirection& art_direction() { return *art_direction_; }
  SettingsHistory& history() { return *history_; }
  StillWriter& stills() { return *stills_; }
  // Remembered, where the preferences are.
  void set_appearance(Appearance appearance);
  // Remembered; in force from the next start on. Empty: as the system.
  void set_language(const QString& code);

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
  void build_file_menu();
  void build_edit_menu();
  void build_view_menu();
  void build_appearance_menu(QMenu* view);
  void build_language_menu(QMenu* view);
  QAction* add_action(QMenu* menu, const QString& text, const QKeySequence& keys,
                      const std::function<void()>& act);
  void connect_panels();
  void connect_settings();
  void connect_views();
  void connect_art_direction();
  // What a panel made of the settings: can be undone, is shown by the others, and is in force from
  // the worker's next step. preset: its name, if it is one.
  void change_settings(const std::shared_ptr<const Settings>& settings, const QString& preset);
  void show_settings(const Settings& settings);
  void connect_files();
  void restore_preferences();
  void remember_window();
  void remember_file();
  void show_recoveries();
  void send_settings(const std::shared_ptr<const Settings>& settings);
  void take_snapshot();
  void show_messages();
  void update_actions();
  void update_title();
  void start();
  void step();
  void export_head();
  void step_round_ring(bool forwards);
  void save_still(bool with_alpha);
  void show_about();
  bool may_close() const;
  void leave(bool discard);

  const WindowOptions options_;
  std::unique_ptr<Session> session_;
  std::shared_ptr<const Snapshot> snapshot_;
  Preferences preferences_;
  Recoveries recoveries_;
  AppearanceSwitch appearance_;
  bool leaving_ = false;   // closing was decided
  bool overdue_ = false;   // and took long enough
  std::uint64_t ended_export_ = 0;  // the export that closing may end
  std::uint64_t shown_save_ = 0;
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
  SnapshotPace* pace_;
  SettingsHistory* history_;
  StillWriter* stills_;
  UnsavedGuard* guard_;
  FileOpener* opener_;
  PhotoEditor* photo_editor_;
  ArtDirection* art_direction_;
  CheatSheet* cheat_sheet_ = nullptr;
  RecentMenu* recent_menu_ = nullptr;
  QAction* open_action_ = nullptr;
  QAction* open_project_action_ = nullptr;
  QAction* save_action_ = nullptr;
  QAction* save_as_action_ = nullptr;
  QAction* export_action_ = nullptr;
  QAction* run_action_ = nullptr;
  QAction* step_action_ = nullptr;
  QAction* stop_action_ = nullptr;
  QList<QAction*> overlay_actions_;  // in the order of PhotoOverlay, without the first
  QList<QAction*> head_actions_;  // need a head
};

}  // namespace portrait
