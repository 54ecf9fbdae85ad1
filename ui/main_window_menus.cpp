// SPDX-License-Identifier: Apache-2.0
// The menus of the main window and what their entries do by themselves.
#include "core/session/session.h"
#include "ui/about_dialog.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/stages_panel.h"

#include <QAction>
#include <QFileDialog>
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
  QMenu* file = menuBar()->addMenu(tr("&File"));
  open_action_ = add_action(file, tr("&Open photo…"), QKeySequence::Open, [this] { choose_photo(); });
  open_project_action_ = add_action(file, tr("Open &project…"), QKeySequence("Ctrl+Shift+O"),
                                    [this] { choose_project(); });
  file->addSeparator();
  save_action_ = add_action(file, tr("&Save"), QKeySequence::Save, [this] { save(); });
  save_as_action_ =
      add_action(file, tr("Save &as…"), QKeySequence::SaveAs, [this] { save_as(); });
  export_action_ = add_action(file, tr("&Export"), QKeySequence("Ctrl+E"), [this] { export_head(); });
  file->addSeparator();
  add_action(file, tr("&Quit"), QKeySequence::Quit, [this] { close(); });

  build_view_menu();

  QMenu* run = menuBar()->addMenu(tr("&Run"));
  // Not a shortcut: with the keyboard on a button or a box, Space is theirs (see keyPressEvent).
  run_action_ = add_action(run, tr("Start or pause"), {}, [this] { stages_->run_or_pause(); });
  step_action_ = add_action(run, tr("One step"), QKeySequence("Ctrl+."), [this] { session_->step(); });
  stop_action_ = add_action(run, tr("Stop"), QKeySequence("Ctrl+Shift+."), [this] { session_->stop(); });

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  add_action(help, tr("About and licences"), {}, [this] { show_about(); });
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
  head_actions_ << add_action(view, tr("Reset the view"), QKeySequence("Home"),
                              [this] { viewport_->reset_view(); });
  view->addSeparator();
  const QString modes[] = {tr("Colour"), tr("Neural"), tr("Normals"), tr("Depth"), tr("Opacity")};
  for (int mode = 0; mode < 5; ++mode) {
    head_actions_ << add_action(view, modes[mode], QKeySequence(QString("Alt+%1").arg(mode + 1)),
                                [this, mode] { viewport_->set_mode(DisplayMode(mode)); });
  }
  view->addSeparator();
  wipe_action_ = add_action(view, tr("Photo wipe"), QKeySequence("G"),
                            [this] { viewport_->set_wipe(wipe_action_->isChecked()); });
  wipe_action_->setCheckable(true);
}

void MainWindow::update_actions() {
  const Snapshot& s = *snapshot_;
  open_action_->setEnabled(can_open(s));
  open_project_action_->setEnabled(can_open(s));
  save_action_->setEnabled(can_save(s));
  save_as_action_->setEnabled(can_save(s));
  export_action_->setEnabled(exporting_->export_button()->isEnabled());
  run_action_->setEnabled(stages_->run_button()->isEnabled());
  run_action_->setText(stages_->run_button()->text() + "\t" + tr("Space"));
  step_action_->setEnabled(can_step(s));
  stop_action_->setEnabled(can_stop(s));
  for (QAction* action : head_actions_) action->setEnabled(s.has_head());
  wipe_action_->setEnabled(viewport_->can_wipe());

  QString name = QString::fromStdString(s.project_path.filename().string());
  if (name.isEmpty() && s.photo != nullptr) {
    name = QString::fromStdString(s.photo->path.filename().string());
  }
  const QString title = name.isEmpty() ? tr("Portrait Studio") : name + tr(" — Portrait Studio");
  if (title != windowTitle()) setWindowTitle(title);
}

// Dialogs are opened, not executed: the event loop below them stays the one event loop.
void MainWindow::choose_photo() {
  auto* dialog = new QFileDialog(this, tr("Open photo"));
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilters({tr("Photos (*.jpg *.jpeg *.png *.webp *.tif *.tiff)"), tr("All files (*)")});
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::open_path);
  dialog->open();
}

void MainWindow::choose_project() {
  auto* dialog = new QFileDialog(this, tr("Open project"));
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilters({tr("Portrait projects (*.portrait)")});
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::open_path);
  dialog->open();
}

void MainWindow::save() {
  if (snapshot_->project_path.empty()) {
    save_as();
  } else {
    session_->save_project(snapshot_->project_path);
  }
}

void MainWindow::save_as() {
  if (!can_save(*snapshot_)) return;
  auto* dialog = new QFileDialog(this, tr("Save project"));
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilters({tr("Portrait projects (*.portrait)")});
  dialog->setDefaultSuffix("portrait");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  if (snapshot_->photo != nullptr) {
    dialog->selectFile(QString::fromStdString(snapshot_->photo->path.stem().string()) + ".portrait");
  }
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
    session_->save_project(path.toStdString());
  });
  dialog->open();
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
  QMainWindow::keyPressEvent(event);
}

}  // namespace portrait
