// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace portrait {

struct Snapshot;

// Where to look from, and how well the head agrees with its photo.
class ViewPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ViewPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  void set_camera_text(const QString& text);

 Q_SIGNALS:
  void view_chosen(const portrait::Viewpoint& viewpoint);

 private:
  QLabel* where_;
  QLabel* likeness_;
  QLabel* blurred_;
  QLabel* outline_;
  QWidget* buttons_;
};

}  // namespace portrait
