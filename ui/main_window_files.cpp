// SPDX-License-Identifier: Apache-2.0
// The main window: what comes in and goes out of it, what it remembers, and how it closes.
#include "core/session/session.h"
#include "ui/art_direction.h"
#include "ui/file_opener.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/photo_panel.h"
#include "ui/photo_editor.h"
#include "ui/still_writer.h"
#include "ui/unsaved_guard.h"
#include "ui/widgets/banner.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QFileInfo>
#include <QMimeData>
#include <QStandardPaths>
#include <QTimer>

#include <algorithm>

namespace portrait {
namespace {

// Longer than a step takes to be given up; what takes longer is ended behind a closed window.
constexpr int kPatienceMs = 400;

QString first_local_file(const QMimeData* data) {
  if (!data->hasUrls()) return {};
  for (const QUrl& url : data->urls()) {
    if (url.isLocalFile()) return url.toLocalFile();
  }
  return {};
}

}  // namespace

void MainWindow::connect_files() {
  connect(viewport_, &Viewport::open_requested, opener_, &FileOpener::choose_photo);
  connect(photo_, &PhotoPanel::replace_requested, opener_, &FileOpener::choose_photo);
  connect(photo_, &PhotoPanel::cutout_requested, photo_editor_, &PhotoEditor::edit_cutout);
  connect(photo_, &PhotoPanel::face_chosen, photo_editor_, &PhotoEditor::choose_face);
  connect(photo_, &PhotoPanel::field_of_view_told, photo_editor_, &PhotoEditor::tell_field_of_view);
  connect(viewport_, &Viewport::sample_requested, this,
          [this] { open_path(QString::fromStdString(options_.sample.string())); });
  connect(viewport_, &Viewport::recovery_chosen, opener_, &FileOpener::open);
  connect(viewport_, &Viewport::recovery_discarded, this, [this](const QString& path) {
    if (!Recoveries::discard(path)) {
      viewport_->banner()->say(Banner::Kind::kFailure, tr("'%1' cannot be removed.").arg(path));
    }
    show_recoveries();
  });
  connect(opener_, &FileOpener::opening, viewport_->banner(), &Banner::dismiss);
  connect(stills_, &StillWriter::written, this, [this](const QString& path) {
    viewport_->banner()->say(Banner::Kind::kInfo,
                             tr("Still saved as %1").arg(QDir::toNativeSeparators(path)));
  });
  connect(stills_, &StillWriter::failed, this,
          [this](const QString& why) { viewport_->banner()->say(Banner::Kind::kFailure, why); });
  connect(viewport_, &Viewport::mode_changed, this,
          [this](DisplayMode mode) { preferences_.set_display_mode(int(mode)); });
}

void MainWindow::restore_preferences() {
  viewport_->set_first_start(preferences_.first_start());
  if (!options_.preferences.empty()) appearance_.set(preferences_.appearance());
  const QString folder = preferences_.export_folder();
  exporting_->set_folder(folder.isEmpty()
                             ? QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) +
                                   "/Portrait Studio"
                             : folder);
  viewport_->set_mode(
      DisplayMode(std::clamp(preferences_.display_mode(), 0, kDisplayModes - 1)));
  if (!preferences_.geometry().isEmpty()) restoreGeometry(preferences_.geometry());
}

void MainWindow::remember_window() {
  preferences_.set_geometry(saveGeometry());
  preferences_.set_appearance(appearance_.appearance());
  if (!exporting_->folder().isEmpty()) preferences_.set_export_folder(exporting_->folder());
}

// What opened or was saved well, and only that.
void MainWindow::remember_file() {
  const Snapshot& s = *snapshot_;
  std::filesystem::path file;
  if (s.photo != nullptr && s.photo != shown_photo_) {
    // Of a recovered head without a project, nothing was opened that could be opened again.
    if (!s.project_path.empty() || !s.recovered) {
      file = s.project_path.empty() ? s.photo->path : s.project_path;
    }
  }
  if (s.saved.id != shown_save_ && s.saved.state == SaveStatus::State::kSaved) {
    file = s.saved.path;
  }
  shown_save_ = s.saved.id;
  if (!file.empty()) preferences_.remember_file(QString::fromStdString(file.string()));
}

void MainWindow::show_recoveries() {
  viewport_->show_recoveries(recoveries_.find(preferences_.recent_files()));
}

void MainWindow::open_path(const QString& path) {
  opener_->open(path);
}

void MainWindow::start() {
  guard_->before(UnsavedGuard::Loss::kStarting, [this](bool) { session_->start(); });
}

// From standing still at the first head a step begins a run, which replaces what stood before.
void MainWindow::step() {
  if (snapshot_->state != SessionState::kReady) {
    session_->step();
    return;
  }
  guard_->before(UnsavedGuard::Loss::kStarting, [this](bool) { session_->step(); });
}

void MainWindow::export_head() {
  if (!can_export(*snapshot_)) return;
  preferences_.set_export_folder(exporting_->folder());
  // The worker makes the folder and proves that it can be written before it computes anything.
  session_->export_to(exporting_->request());
}

void MainWindow::save_still(bool with_alpha) {
  const QImage picture = with_alpha ? viewport_->still_with_alpha() : viewport_->still();
  if (picture.isNull()) {
    viewport_->banner()->say(Banner::Kind::kInfo,
                             with_alpha
                                 ? tr("A still with alpha is the neural frame: wait until it "
                                      "is drawn for this view.")
                                 : tr("There is no picture of the head yet."));
    return;
  }
  const bool named = !snapshot_->project_path.empty();
  const auto name = named ? snapshot_->project_path.stem() : snapshot_->photo->path.stem();
  stills_->write(picture, QString::fromStdString(name.string()));
}

// The worker stands still, so that what it saves on its way out is all there is.
bool MainWindow::may_close() const {
  return !is_busy(snapshot_->state) && !snapshot_->opening &&
         snapshot_->exporting.state != ExportStatus::State::kRunning;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  const std::uint64_t exporting = snapshot_->exporting.id;
  if (!leaving_ && guard_->would_ask_about_export() && exporting != ended_export_) {
    event->ignore();
    guard_->before_ending_export([this, exporting] {
      ended_export_ = exporting;
      close();
    });
    return;
  }
  if (!leaving_ && guard_->would_ask(UnsavedGuard::Loss::kClosing)) {
    event->ignore();
    guard_->before(UnsavedGuard::Loss::kClosing, [this](bool discard) {
      leave(discard);
      close();
    });
    return;
  }
  if (!leaving_) leave(false);
  if (may_close() || overdue_) {
    remember_window();
    event->accept();
  } else {
    event->ignore();
  }
}

// The run is not ended by it: it stands still, and the session leaves an autosave of it that can be
// gone on with, unless it is not wanted.
void MainWindow::leave(bool discard) {
  leaving_ = true;
  if (discard) {
    session_->abandon();
  } else if (can_pause(*snapshot_)) {
    session_->pause();
  }
  session_->cancel_export();
  if (may_close()) return;
  setEnabled(false);
  viewport_->banner()->say(Banner::Kind::kWarning, tr("Closing…"));
  QTimer::singleShot(kPatienceMs, this, [this] {
    overdue_ = true;
    close();
  });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (first_local_file(event->mimeData()).isEmpty() || !can_open(*snapshot_)) return;
  event->acceptProposedAction();
  viewport_->set_drop_hover(true);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
  viewport_->set_drop_hover(false);
}

void MainWindow::dropEvent(QDropEvent* event) {
  viewport_->set_drop_hover(false);
  const QString path = first_local_file(event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  // A picture of a viewpoint of this head is no photo of another one.
  if (!art_direction_->take_dropped(path)) open_path(path);
}

}  // namespace portrait
