// SPDX-License-Identifier: Apache-2.0
#include "ui/unsaved_guard.h"

#include "core/session/session.h"
#include "ui/panels/panel_parts.h"
#include "ui/question.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QStandardPaths>

#include <utility>

namespace portrait {
namespace {

QString name_of(const Snapshot& snapshot) {
  std::filesystem::path path = snapshot.project_path;
  if (path.empty() && snapshot.photo != nullptr) path = snapshot.photo->path;
  return QString::fromStdString(path.filename().string());
}

QString question_text(UnsavedGuard::Loss loss, const QString& name) {
  switch (loss) {
    case UnsavedGuard::Loss::kClosing:
      return UnsavedGuard::tr("Save the head of “%1” before closing?").arg(name);
    case UnsavedGuard::Loss::kOpening:
      return UnsavedGuard::tr("Save the head of “%1” before it is replaced?").arg(name);
    case UnsavedGuard::Loss::kStarting:
    case UnsavedGuard::Loss::kRemaking:
      return UnsavedGuard::tr("Save the head of “%1” before it is begun anew?").arg(name);
  }
  return {};
}

// Beside the photo where one may write there.
QString folder_for(const Snapshot& snapshot) {
  if (snapshot.photo != nullptr) {
    const QFileInfo folder(QString::fromStdString(snapshot.photo->path.parent_path().string()));
    if (folder.isDir() && folder.isWritable()) return folder.absoluteFilePath();
  }
  return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
}

}  // namespace

UnsavedGuard::UnsavedGuard(Session& session, bool asks, QWidget* window)
    : QObject(window),
      session_(session),
      asks_(asks),
      window_(window),
      snapshot_(session.latest()) {}

void UnsavedGuard::show_snapshot(const std::shared_ptr<const Snapshot>& snapshot) {
  snapshot_ = snapshot;
  if (!after_save_ || snapshot->saved.id <= saves_before_) return;
  const Then then = std::exchange(after_save_, {});
  // What went wrong is among the session's messages; here nothing happens then.
  if (snapshot->saved.state == SaveStatus::State::kSaved) then(false);
}

// What the artist said of the photo outlives a new beginning.
bool UnsavedGuard::would_ask(Loss loss) const {
  const bool keeps_photo = loss == Loss::kStarting || loss == Loss::kRemaking;
  const bool lost = snapshot_->unsaved || (snapshot_->edited && !keeps_photo);
  return asks_ && lost && can_save(*snapshot_);
}

bool UnsavedGuard::raise_question() {
  if (question_ == nullptr) return false;
  question_->raise();
  question_->activateWindow();
  return true;
}

bool UnsavedGuard::would_ask_about_export() const {
  return asks_ && can_cancel_export(*snapshot_);
}

void UnsavedGuard::before_ending_export(std::function<void()> then) {
  if (raise_question()) return;
  question_ = make_question(tr("End the export under way?"),
                            tr("The files that are whole stay; the one being written is left out."),
                            window_);
  QPushButton* wait = question_->addButton(QMessageBox::Cancel);
  wait->setText(tr("Go on exporting"));
  set_accent(wait, true);
  question_->addButton(QMessageBox::Discard)->setText(tr("End and close"));
  question_->setDefaultButton(wait);
  connect(question_, &QMessageBox::finished, this, [this, then = std::move(then)](int answer) {
    question_.clear();
    if (answer == QMessageBox::Discard) then();
  });
  question_->open();
}

void UnsavedGuard::before(Loss loss, Then then) {
  if (!would_ask(loss)) {
    then(false);
    return;
  }
  if (raise_question()) return;
  question_ =
      make_question(question_text(loss, name_of(*snapshot_)),
                    snapshot_->project_path.empty() ? tr("It was never saved.")
                                                    : tr("It has changed since it was last saved."),
                    window_);
  QPushButton* save = question_->addButton(QMessageBox::Save);
  save->setText(tr("Save"));
  set_accent(save, true);
  question_->addButton(QMessageBox::Discard)->setText(tr("Discard"));
  question_->addButton(QMessageBox::Cancel)->setText(tr("Cancel"));
  question_->setDefaultButton(save);
  connect(question_, &QMessageBox::finished, this, [this, then = std::move(then)](int answer) {
    question_.clear();  // it dies later, and another may come before that
    if (answer == QMessageBox::Discard) {
      then(true);
    } else if (answer == QMessageBox::Save) {
      // What is saved is then what stands.
      if (can_pause(*snapshot_)) session_.pause();
      this->save(then);
    }
  });
  question_->open();
}

void UnsavedGuard::save(Then then) {
  if (snapshot_->project_path.empty()) {
    save_as(std::move(then));
  } else {
    save_to(snapshot_->project_path, std::move(then));
  }
}

void UnsavedGuard::save_as(Then then) {
  if (!can_save(*snapshot_)) return;
  auto* dialog = new QFileDialog(window_, tr("Save project"), folder_for(*snapshot_));
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilters({tr("Portrait projects (*.portrait)")});
  dialog->setDefaultSuffix("portrait");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  if (!snapshot_->project_path.empty()) {
    dialog->selectFile(QString::fromStdString(snapshot_->project_path.string()));
  } else if (snapshot_->photo != nullptr) {
    dialog->selectFile(QString::fromStdString(snapshot_->photo->path.stem().string()) +
                       ".portrait");
  }
  connect(
      dialog, &QFileDialog::fileSelected, this,
      [this, then = std::move(then)](const QString& path) { save_to(path.toStdString(), then); });
  dialog->open();
}

void UnsavedGuard::save_to(const std::filesystem::path& path, Then then) {
  saves_before_ = snapshot_->saved.id;
  after_save_ = std::move(then);
  session_.save_project(path);
}

}  // namespace portrait
