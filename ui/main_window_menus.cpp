// SPDX-License-Identifier: Apache-2.0
// The menus of the main window and what their entries do by themselves.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "ui/about_dialog.h"
#include "ui/cheat_sheet.h"
#include "ui/file_opener.h"
#include "ui/language.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/photo_editor.h"
#include "ui/recent_menu.h"
#include "ui/ring_walk.h"
#include "ui/settings_history.h"
#include "ui/unsaved_guard.h"
#include "ui/widgets/banner.h"

#include <QAction>
#include <QActionGroup>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>

namespace portrait {

QAction* MainWindow::add_action(QMenu* menu, const QString& text, const QKeySequence& keys,
                                const std::function<void()>& act) {
  QAction* action = menu->addAction(text);
  if (!keys.isEmpty()) action->setShortcut(keys);
  connect(action, &QAction::triggered, this, act);
  return action;
}

void MainWindow::build_menus() {
  build_file_menu();
  build_edit_menu();
  build_view_menu();

  QMenu* run = menuBar()->addMenu(tr("&Run"));
  // Not a shortcut: with the keyboard on a button or a box, Space is theirs (see keyPressEvent).
  run_action_ = add_action(run, tr("Start or pause"), {}, [this] { stages_->run_or_pause(); });
  run_action_->setProperty(CheatSheet::kText, tr("Start, pause, go on"));
  run_action_->setProperty(CheatSheet::kMoreKeys, tr("Space"));
  step_action_ = add_action(run, tr("One step"), QKeySequence("Ctrl+."), [this] { step(); });
  stop_action_ = add_action(run, tr("Stop"), QKeySequence("Ctrl+Shift+."), [this] { session_->stop(); });

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  cheat_sheet_ = new CheatSheet(*menuBar(), viewport_);
  add_action(help, tr("Keys and mouse"), QKeySequence("H"), [this] { cheat_sheet_->toggle(); });
  add_action(help, tr("About and licences"), {}, [this] { show_about(); });
}

void MainWindow::build_file_menu() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  open_action_ = add_action(file, tr("&Open photo…"), QKeySequence::Open,
                            [this] { opener_->choose_photo(); });
  open_project_action_ = add_action(file, tr("Open &project…"), QKeySequence("Ctrl+Shift+O"),
                                    [this] { opener_->choose_project(); });
  recent_menu_ = new RecentMenu(preferences_, file);
  file->addMenu(recent_menu_);
  connect(recent_menu_, &RecentMenu::chosen, opener_, &FileOpener::open);
  // Here and not when it opens itself, which it does not while it is empty.
  connect(file, &QMenu::aboutToShow, this, [this] {
    recent_menu_->refresh();
    update_actions();
  });
  file->addSeparator();
  save_action_ = add_action(file, tr("&Save"), QKeySequence::Save, [this] { guard_->save(); });
  save_as_action_ = add_action(file, tr("Save &as…"), QKeySequence("Ctrl+Shift+S"),
                               [this] { guard_->save_as(); });
  export_action_ =
      add_action(file, tr("&Export"), QKeySequence("Ctrl+E"), [this] { export_head(); });
  file->addSeparator();
  add_action(file, tr("&Quit"), QKeySequence("Ctrl+Q"), [this] { close(); });
}

void MainWindow::build_edit_menu() {
  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  QAction* undo = history_->stack().createUndoAction(this, tr("Undo"));
  undo->setShortcut(QKeySequence("Ctrl+Z"));
  undo->setProperty(CheatSheet::kText, tr("Undo a setting"));
  QAction* redo = history_->stack().createRedoAction(this, tr("Redo"));
  redo->setShortcut(QKeySequence("Ctrl+Shift+Z"));
  redo->setProperty(CheatSheet::kText, tr("Redo it"));
  edit->addActions({undo, redo});
  edit->addSeparator();
  head_actions_ << add_action(edit, tr("Cut-out…"), {}, [this] { photo_editor_->edit_cutout(); });
}

void MainWindow::build_view_menu() {
  QMenu* view = menuBar()->addMenu(tr("&View"));
  // As in Blender and F3D: 1 front, 3 side, 7 top; with Ctrl the opposite.
  struct Entry {
    QString text;
    const char* keys;
    Viewpoint viewpoint;
  };
  const Entry entries[] = {
      {tr("Front"), "1", {0, 0}},
      {tr("Back"), "Ctrl+1", {180, 0}},
      {tr("Right side"), "3", {90, 0}},
      {tr("Left side"), "Ctrl+3", {-90, 0}},
      {tr("Top"), "7", {0, ViewState::kSteepest}},
      {tr("Below"), "Ctrl+7", {0, -ViewState::kSteepest}},
  };
  for (const Entry& entry : entries) {
    head_actions_ << add_action(
        view, entry.text, QKeySequence(entry.keys),
        [this, viewpoint = entry.viewpoint] { viewport_->look_from(viewpoint); });
  }
  head_actions_ << add_action(view, tr("Previous viewpoint"), QKeySequence("["),
                              [this] { step_round_ring(false); });
  head_actions_ << add_action(view, tr("Next viewpoint"), QKeySequence("]"),
                              [this] { step_round_ring(true); });
  head_actions_ << add_action(view, tr("Reset the view"), QKeySequence("Home"),
                              [this] { viewport_->reset_view(); });
  // Not a shortcut either: Enter is a field's first.
  head_actions_.back()->setProperty(CheatSheet::kMoreKeys, tr("Enter"));
  view->addSeparator()->setText(tr("Show"));
  const QString modes[] = {tr("Colour"),  tr("Neural"), tr("Normals"), tr("Depth"),
                           tr("Opacity"), tr("Seen or invented"), tr("Mesh"), tr("Wireframe")};
  for (int mode = 0; mode < kDisplayModes; ++mode) {
    head_actions_ << add_action(view, modes[mode], QKeySequence(QString("Alt+%1").arg(mode + 1)),
                                [this, mode] { viewport_->set_mode(DisplayMode(mode)); });
  }
  const std::pair<QString, const char*> overlays[] = {{tr("Photo wipe"), "G"},
                                                      {tr("Photo as onion skin"), "Shift+G"},
                                                      {tr("Difference to the photo"), "D"}};
  for (const auto& [text, keys] : overlays) {
    const auto overlay = PhotoOverlay(overlay_actions_.size() + 1);
    overlay_actions_ << add_action(view, text, QKeySequence(keys), [this, overlay] {
      const bool on = viewport_->overlay() != overlay;
      viewport_->set_overlay(on ? overlay : PhotoOverlay::kNone);
    });
    overlay_actions_.back()->setCheckable(true);
  }
  head_actions_ << add_action(view, tr("Save a still"), QKeySequence("F12"),
                              [this] { save_still(false); });
  head_actions_ << add_action(view, tr("Save a still with alpha"), QKeySequence("Ctrl+F12"),
                              [this] { save_still(true); });
  view->addSeparator();
  build_appearance_menu(view);
  build_language_menu(view);
}

void MainWindow::build_appearance_menu(QMenu* view) {
  QMenu* menu = view->addMenu(tr("Appearance"));
  auto* group = new QActionGroup(menu);
  const std::pair<Appearance, QString> entries[] = {{Appearance::kDark, tr("Dark")},
                                                    {Appearance::kLight, tr("Light")},
                                                    {Appearance::kSystem, tr("As the system")}};
  for (const auto& [appearance, text] : entries) {
    QAction* action =
        add_action(menu, text, {}, [this, appearance = appearance] { set_appearance(appearance); });
    action->setCheckable(true);
    group->addAction(action);
    connect(menu, &QMenu::aboutToShow, action, [this, action, appearance = appearance] {
      action->setChecked(appearance_.appearance() == appearance);
    });
  }
}

void MainWindow::set_appearance(Appearance appearance) {
  appearance_.set(appearance);
  preferences_.set_appearance(appearance);
}

void MainWindow::build_language_menu(QMenu* view) {
  QMenu* menu = view->addMenu(tr("Language"));
  auto* group = new QActionGroup(menu);
  QList<Language> entries = languages();
  entries << Language{QString(), tr("As the system")};
  for (const Language& language : entries) {
    QAction* action = add_action(menu, language.name, {},
                                 [this, code = language.code] { set_language(code); });
    action->setCheckable(true);
    group->addAction(action);
    connect(menu, &QMenu::aboutToShow, action, [this, action, code = language.code] {
      action->setChecked(preferences_.language() == code);
    });
  }
}

// Texts stand in widgets that were made long ago: the next start makes all of them anew. It is said
// in the language that was chosen.
void MainWindow::set_language(const QString& code) {
  preferences_.set_language(code);
  const char* text = QT_TR_NOOP("Portrait Studio will be in English when it is started again.");
  const QString translation = Translation(language_for(code)).translate("portrait::MainWindow", text);
  viewport_->banner()->say(Banner::Kind::kInfo,
                           translation.isEmpty() ? QString::fromUtf8(text) : translation);
}

void MainWindow::step_round_ring(bool forwards) {
  if (snapshot_->settings == nullptr) return;
  viewport_->look_from(next_in_ring(viewpoint_rig(*snapshot_->settings),
                                    viewport_->view().viewpoint(), forwards));
}

void MainWindow::update_actions() {
  const Snapshot& s = *snapshot_;
  open_action_->setEnabled(can_open(s));
  open_project_action_->setEnabled(can_open(s));
  recent_menu_->menuAction()->setEnabled(can_open(s) && recent_menu_->any());
  save_action_->setEnabled(can_save(s));
  save_as_action_->setEnabled(can_save(s));
  export_action_->setEnabled(exporting_->export_button()->isEnabled());
  run_action_->setEnabled(stages_->run_button()->isEnabled());
  run_action_->setText(stages_->run_button()->text() + "\t" + tr("Space"));
  step_action_->setEnabled(can_step(s));
  stop_action_->setEnabled(can_stop(s));
  for (QAction* action : head_actions_) action->setEnabled(s.has_head());
  for (QAction* action : overlay_actions_) action->setEnabled(viewport_->can_compare());
  update_title();
}

void MainWindow::update_title() {
  const Snapshot& s = *snapshot_;
  QString name = QString::fromStdString(s.project_path.filename().string());
  if (name.isEmpty() && s.photo != nullptr) {
    name = QString::fromStdString(s.photo->path.filename().string());
  }
  if (s.recovered) name += tr(" (recovered)");
  if (s.unsaved || s.edited) name += "[*]";
  const QString title = name.isEmpty() ? tr("Portrait Studio") : name + tr(" — Portrait Studio");
  if (title != windowTitle()) setWindowTitle(title);
  setWindowModified(s.unsaved || s.edited);
}

void MainWindow::show_about() {
  auto* dialog = new AboutDialog(options_.pack, viewport_->gl_report().renderer, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

// Enter or Escape in a field gives the keys back to the window.
void MainWindow::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
    // A finished head is not thrown away by a key that was meant for a pause.
    const bool over = snapshot_->state == SessionState::kFinished ||
                      snapshot_->state == SessionState::kFailed;
    if (!over) stages_->run_or_pause();
    return;
  }
  const bool in_field = qobject_cast<QLineEdit*>(focusWidget()) != nullptr;
  if (in_field && (event->key() == Qt::Key_Escape || event->key() == Qt::Key_Return)) {
    viewport_->setFocus();
    return;
  }
  if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && snapshot_->has_head()) {
    viewport_->reset_view();
    return;
  }
  QMainWindow::keyPressEvent(event);
}

}  // namespace portrait
