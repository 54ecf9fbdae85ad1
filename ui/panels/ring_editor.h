// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QWidget>

class QPushButton;

namespace portrait {

class ElidedLabel;
class ValueSlider;
class ViewpointSphere;

// The sphere of viewpoints with what can be done to the bead that was chosen.
class RingEditor : public QWidget {
  Q_OBJECT

 public:
  explicit RingEditor(QWidget* parent = nullptr);
  ViewpointSphere& sphere() { return *sphere_; }
  void set_camera(const Viewpoint& viewpoint);

 private:
  void show_current();

  ViewpointSphere* sphere_;
  ElidedLabel* current_;
  ValueSlider* weight_;
  QPushButton* earlier_;
  QPushButton* later_;
  QPushButton* remove_;
  Viewpoint camera_;
};

}  // namespace portrait
