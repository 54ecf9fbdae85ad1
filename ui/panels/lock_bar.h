// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;

namespace portrait {

class ElidedLabel;

// What an artist does with the picture of one viewpoint: take it out to paint on it, bring it back
// as the locked target, unlock it again.
class LockBar : public QWidget {
  Q_OBJECT

 public:
  explicit LockBar(QWidget* parent = nullptr);
  // Without a viewpoint nothing can be done. locked: the name of its picture; empty: not locked.
  void show_view(const std::optional<Viewpoint>& viewpoint, const QString& locked);
  QPushButton* export_button() { return export_; }
  QPushButton* bring_back_button() { return bring_back_; }
  QPushButton* unlock_button() { return unlock_; }

 Q_SIGNALS:
  void export_requested(const portrait::Viewpoint& viewpoint);
  void bring_back_requested(const portrait::Viewpoint& viewpoint);
  void unlock_requested(const portrait::Viewpoint& viewpoint);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void show_icon();

  std::optional<Viewpoint> viewpoint_;
  QPushButton* export_;
  QPushButton* bring_back_;
  QPushButton* unlock_;
  QWidget* locked_row_;
  QLabel* icon_;
  ElidedLabel* locked_;
};

}  // namespace portrait
