// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"
#include "ui/viewport/view_state.h"

#include <QWidget>

#include <string>
#include <vector>

namespace portrait {

class Settings;

// Draws viewpoints as a ring seen from a little above, and where the camera stands.
class RingPainter {
 public:
  explicit RingPainter(const QRectF& area) : area_(area) {}
  void paint(QPainter& painter, const std::vector<RigView>& ring, const Viewpoint& camera,
             int hovered, const std::vector<Viewpoint>& locked) const;
  // Centre of a viewpoint's dot.
  QPointF place(const Viewpoint& viewpoint) const;

 private:
  QRectF area_;
};

// The small ring in the viewport's corner; a click on a dot looks from there.
class RingGizmo : public QWidget {
  Q_OBJECT

 public:
  explicit RingGizmo(QWidget* parent = nullptr);
  void set_camera(const Viewpoint& viewpoint);
  void show_settings(const Settings& settings);  // their viewpoints
  void set_locked(const std::vector<Viewpoint>& viewpoints);
  QSize sizeHint() const override { return {104, 104}; }

 Q_SIGNALS:
  void chosen(const portrait::Viewpoint& viewpoint);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  int dot_at(const QPointF& position) const;

  std::string viewpoints_;  // the ring's setting
  std::vector<RigView> ring_;
  std::vector<Viewpoint> locked_;
  Viewpoint camera_;
  int hovered_ = -1;
};

}  // namespace portrait
