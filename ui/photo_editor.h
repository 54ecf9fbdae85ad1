// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/photo_edit.h"

#include <QObject>
#include <QPointer>

#include <cstdint>
#include <memory>

class QWidget;

namespace portrait {

class CutoutDialog;
class Session;
class UnsavedGuard;
struct PhotoInfo;
struct Snapshot;

// What the artist says of the photo that stands: which face, which lens, what counts as the head.
// Each makes the first head anew, so that what is unsaved is asked for before.
class PhotoEditor : public QObject {
  Q_OBJECT

 public:
  PhotoEditor(Session& session, UnsavedGuard& guard, QWidget* window);
  void show_snapshot(const std::shared_ptr<const Snapshot>& snapshot);

  void choose_face(int face);               // from 0 on, left to right
  void tell_field_of_view(double degrees);  // 0: as the photo has it
  void edit_cutout();                       // opens the dialog
  CutoutDialog* dialog() const;  // null: not open

 private:
  void send(const PhotoEdit& edit);

  Session& session_;
  UnsavedGuard& guard_;
  QWidget* window_;
  std::shared_ptr<const Snapshot> snapshot_;
  QPointer<CutoutDialog> dialog_;
  bool cutout_sent_ = false;
  std::shared_ptr<const PhotoInfo> photo_before_;  // when it was
  std::uint64_t messages_before_ = 0;
};

}  // namespace portrait
