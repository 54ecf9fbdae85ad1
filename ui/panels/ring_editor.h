// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

class QPushButton;

namespace portrait {

class ElidedLabel;
class LockBar;
struct LockedView;
class ValueSlider;
class ViewpointSphere;

// The sphere of viewpoints with what can be done to the bead that was chosen.
class RingEditor : public QWidget {
  Q_OBJECT

 public:
  explicit RingEditor(QWidget* parent = nullptr);
  ViewpointSphere& sphere() { return *sphere_; }
  void set_camera(const Viewpoint& viewpoint);
  LockBar& lock_bar() { return *lock_bar_; }
  void show_locks(const std::vector<LockedView>& locks);

 private:
  void show_current();

  ViewpointSphere* sphere_;
  ElidedLabel* current_;
  ValueSlider* weight_;
  QPushButton* earlier_;
  QPushButton* later_;
  QPushButton* remove_;
  LockBar* lock_bar_;
  std::vector<std::pair<Viewpoint, QString>> locks_;  // with the names of their pictures
  Viewpoint camera_;
};

}  // namespace portrait
