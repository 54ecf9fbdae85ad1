// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/ring_gizmo.h"

#include "core/base/settings.h"
#include "ui/theme.h"
#include "ui/widgets/lock_mark.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kTilt = 20 * kRadians;  // the ring is seen from this high
constexpr double kReach = 12;            // pixels within which a dot is hit

// In front of the person: towards the viewer of the gizmo.
double nearness(const Viewpoint& v) {
  return std::cos(v.azimuth_deg * kRadians) * std::cos(v.elevation_deg * kRadians);
}

}  // namespace

QPointF RingPainter::place(const Viewpoint& v) const {
  const double a = v.azimuth_deg * kRadians;
  const double e = v.elevation_deg * kRadians;
  const double x = std::sin(a) * std::cos(e);
  const double y = std::sin(e);
  const double z = std::cos(a) * std::cos(e);
  const double radius = 0.39 * std::min(area_.width(), area_.height());
  return area_.center() +
         radius * QPointF(x, -(y * std::cos(kTilt) - z * std::sin(kTilt)));
}

void RingPainter::paint(QPainter& painter, const std::vector<RigView>& ring,
                        const Viewpoint& camera, int hovered,
                        const std::vector<Viewpoint>& locked) const {
  const Theme& t = theme();
  painter.setRenderHint(QPainter::Antialiasing);
  QColor chip = t.statusbar;
  chip.setAlpha(210);
  painter.setPen(QPen(t.line, 1));
  painter.setBrush(chip);
  painter.drawEllipse(area_.adjusted(0.5, 0.5, -0.5, -0.5));

  QPolygonF circle;
  for (int degrees = 0; degrees <= 360; degrees += 6) circle << place({double(degrees), 0});
  painter.setPen(QPen(t.outline, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(circle);

  for (int i = 0; i < int(ring.size()); ++i) {
    const Viewpoint& v = ring[std::size_t(i)].viewpoint;
    const double size = 2.4 + 0.8 * nearness(v) + (i == hovered ? 1.0 : 0.0);
    painter.setPen(Qt::NoPen);
    painter.setBrush(i == hovered ? t.text : t.dim);
    painter.drawEllipse(place(v), size, size);
  }
  const QPointF at = place(camera);
  painter.setPen(QPen(t.statusbar, 1.5));
  painter.setBrush(t.accent);
  painter.drawEllipse(at, 4.5, 4.5);
  // Above the dots, where the camera's does not cover them.
  for (const RigView& view : ring) {
    if (std::find(locked.begin(), locked.end(), view.viewpoint) == locked.end()) continue;
    paint_lock(painter, place(view.viewpoint) - QPointF(0, 10), 9, t.information);
  }
}

RingGizmo::RingGizmo(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFixedSize(sizeHint());
  setAccessibleName(tr("Viewpoint ring"));
  show_settings({});
}

void RingGizmo::show_settings(const Settings& settings) {
  const auto& viewpoints = std::get<std::string>(settings.value("detail.viewpoints"));
  if (viewpoints == viewpoints_) return;
  viewpoints_ = viewpoints;
  ring_ = viewpoint_rig(settings);
  hovered_ = -1;
  update();
}

void RingGizmo::set_locked(const std::vector<Viewpoint>& viewpoints) {
  if (locked_ == viewpoints) return;
  locked_ = viewpoints;
  update();
}

void RingGizmo::set_camera(const Viewpoint& viewpoint) {
  camera_ = viewpoint;
  update();
}

int RingGizmo::dot_at(const QPointF& position) const {
  const RingPainter painter{QRectF(rect())};
  int nearest = -1;
  double best = kReach;
  for (int i = 0; i < int(ring_.size()); ++i) {
    const Viewpoint& v = ring_[std::size_t(i)].viewpoint;
    const QPointF offset = painter.place(v) - position;
    // Of two dots that lie close, the one in front wins.
    const double distance = std::hypot(offset.x(), offset.y()) - 2 * nearness(v);
    if (distance < best) {
      best = distance;
      nearest = i;
    }
  }
  return nearest;
}

void RingGizmo::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  RingPainter{QRectF(rect())}.paint(painter, ring_, camera_, hovered_, locked_);
}

void RingGizmo::mouseMoveEvent(QMouseEvent* event) {
  hovered_ = dot_at(event->position());
  setCursor(hovered_ >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
  if (hovered_ >= 0) {
    const Viewpoint& v = ring_[std::size_t(hovered_)].viewpoint;
    ViewState state;
    state.look_from(v);
    setToolTip(state.describe());
  }
  update();
}

void RingGizmo::mousePressEvent(QMouseEvent* event) {
  const int dot = dot_at(event->position());
  if (dot >= 0) Q_EMIT chosen(ring_[std::size_t(dot)].viewpoint);
}

void RingGizmo::leaveEvent(QEvent*) {
  hovered_ = -1;
  update();
}

}  // namespace portrait
