// SPDX-License-Identifier: Apache-2.0
#include "ui/photo_editor.h"

#include "core/session/session.h"
#include "ui/cutout_dialog.h"
#include "ui/unsaved_guard.h"

namespace portrait {
namespace {

std::uint64_t last_message(const Snapshot& snapshot) {
  return snapshot.messages.empty() ? 0 : snapshot.messages.back().id;
}

}  // namespace

PhotoEditor::PhotoEditor(Session& session, UnsavedGuard& guard, QWidget* window)
    : QObject(window),
      session_(session),
      guard_(guard),
      window_(window),
      snapshot_(session.latest()) {}

CutoutDialog* PhotoEditor::dialog() const {
  return dialog_;
}

// What was painted stays in the dialog until a head has been made of it.
void PhotoEditor::show_snapshot(const std::shared_ptr<const Snapshot>& snapshot) {
  snapshot_ = snapshot;
  if (!cutout_sent_ || dialog_ == nullptr) return;
  if (snapshot->photo != photo_before_) {
    cutout_sent_ = false;
    dialog_->done(QDialog::Accepted);
    return;
  }
  if (snapshot->opening || last_message(*snapshot) <= messages_before_) return;
  for (const SessionMessage& message : snapshot->messages) {
    if (message.id <= messages_before_) continue;
    cutout_sent_ = false;
    dialog_->set_busy(false);
    dialog_->say_failure(QString::fromStdString(message.text));
  }
}

// Of another face: what was painted for this one goes with it.
void PhotoEditor::choose_face(int face) {
  PhotoEdit edit;
  edit.face = face + 1;
  guard_.before(UnsavedGuard::Loss::kOpening, [this, edit](bool) { session_.edit_photo(edit); });
}

void PhotoEditor::tell_field_of_view(double degrees) {
  PhotoEdit edit;
  edit.field_of_view_deg = degrees;
  guard_.before(UnsavedGuard::Loss::kRemaking, [this, edit](bool) { session_.edit_photo(edit); });
}

void PhotoEditor::edit_cutout() {
  if (dialog_ != nullptr) {
    dialog_->raise();
    return;
  }
  if (snapshot_->photo == nullptr || !can_open(*snapshot_)) return;
  dialog_ = new CutoutDialog(*snapshot_->photo, window_);
  dialog_->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog_, &CutoutDialog::applied, this, [this](const std::shared_ptr<const Image>& matte) {
    PhotoEdit edit;
    edit.matte = matte;
    guard_.before(UnsavedGuard::Loss::kRemaking, [this, edit](bool) { send(edit); });
  });
  dialog_->open();
}

void PhotoEditor::send(const PhotoEdit& edit) {
  if (dialog_ == nullptr) return;
  photo_before_ = snapshot_->photo;
  messages_before_ = last_message(*snapshot_);
  cutout_sent_ = true;
  dialog_->set_busy(true);
  session_.edit_photo(edit);
}

}  // namespace portrait
