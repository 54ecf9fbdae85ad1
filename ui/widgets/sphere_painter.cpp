// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/sphere_painter.h"

#include "ui/theme.h"
#include "ui/widgets/lock_mark.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kFarShare = 0.4;  // of the opacity of what lies on the far side
// Half the width, height and depth of the head in the middle.
const Eigen::Vector3d kHead(0.27, 0.37, 0.31);

QColor faded(QColor colour, double opacity) {
  colour.setAlphaF(float(opacity));
  return colour;
}

QColor side_colour(const QColor& colour, bool near_side) {
  return near_side ? colour : faded(colour, kFarShare);
}

// The way from one direction to another on the sphere, 0 to 1.
Eigen::Vector3d between(const Eigen::Vector3d& a, const Eigen::Vector3d& b, double part) {
  const double angle = std::acos(std::clamp(a.dot(b), -1.0, 1.0));
  if (std::sin(angle) < 1e-6) return part < 0.5 ? a : b;
  return (std::sin((1 - part) * angle) * a + std::sin(part * angle) * b) / std::sin(angle);
}

}  // namespace

double SpherePainter::bead_radius(const RigView& view, double nearness) {
  const double counts = view.weight == 0 ? 0.85 : 0.55 + 0.45 * std::sqrt(view.weight);
  return (6.1 + 1.9 * nearness) * counts;
}

void SpherePainter::paint() const {
  painter_.setRenderHint(QPainter::Antialiasing);
  paint_globe();
  for (const bool near_side : {false, true}) {
    if (near_side) paint_head();
    paint_circles(near_side);
    paint_drivers(near_side);
    paint_beads(near_side);
    paint_cameras(near_side);
    paint_locks(near_side);
  }
}

void SpherePainter::paint_globe() const {
  const Theme& t = theme();
  const double radius = view_.radius();
  QRadialGradient light(view_.centre() - QPointF(0.35, 0.45) * radius, 1.5 * radius);
  light.setColorAt(0, t.raised);
  light.setColorAt(1, t.statusbar);
  painter_.setPen(QPen(t.line, 1));
  painter_.setBrush(light);
  painter_.drawEllipse(view_.centre(), radius, radius);
}

// As one begins to draw a head: its outline, the line of the brows and the one down the middle.
void SpherePainter::paint_head() const {
  const Theme& t = theme();
  Eigen::Matrix2d spread = Eigen::Matrix2d::Zero();
  for (int axis = 0; axis < 3; ++axis) {
    const QPointF end = view_.place(Eigen::Vector3d(kHead[axis] * Eigen::Vector3d::Unit(axis))).at;
    const Eigen::Vector2d half(end.x() - view_.centre().x(), end.y() - view_.centre().y());
    spread += half * half.transpose();
  }
  QPolygonF outline;
  for (int degrees = 0; degrees < 360; degrees += 5) {
    const double angle = degrees * std::numbers::pi / 180;
    const Eigen::Vector2d along(std::cos(angle), std::sin(angle));
    const Eigen::Vector2d rim = spread * along / std::sqrt(along.dot(spread * along));
    outline << view_.centre() + QPointF(rim.x(), rim.y());
  }
  painter_.setPen(QPen(t.faint, 1.2));
  painter_.setBrush(faded(t.raised, 0.8));
  painter_.drawPolygon(outline);

  const auto draw = [&](auto&& direction_at) {
    QPainterPath path;
    bool open = false;
    for (int i = 0; i <= 40; ++i) {
      const Eigen::Vector3d on_unit = direction_at(i / 40.0);
      const Eigen::Vector3d outward = on_unit.cwiseQuotient(kHead);
      const auto [at, nearness] = view_.place(Eigen::Vector3d(on_unit.cwiseProduct(kHead)));
      const bool seen = view_.place(outward).nearness > 0;
      if (seen && open) path.lineTo(at);
      if (seen && !open) path.moveTo(at);
      open = seen;
    }
    painter_.setPen(QPen(t.outline, 1));
    painter_.setBrush(Qt::NoBrush);
    painter_.drawPath(path);
  };
  draw([](double part) { return direction_of({0, 90 - 180 * part}); });
  draw([](double part) { return direction_of({-90 + 180 * part, 8}); });
  // The nose says which way it looks.
  const Eigen::Vector3d bridge(0, 0.02, kHead.z()), tip(0, -0.07, kHead.z() + 0.07),
      lip(0, -0.1, kHead.z() - 0.01);
  if (view_.place(Eigen::Vector3d(0, 0, 1)).nearness > -0.5) {
    painter_.setPen(QPen(t.dim, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter_.drawPolyline(
        QPolygonF{{view_.place(bridge).at, view_.place(tip).at, view_.place(lip).at}});
  }
}

void SpherePainter::paint_arc(const Eigen::Vector3d& from, const Eigen::Vector3d& to,
                              const QColor& colour, bool near_side, bool arrow) const {
  const double angle = std::acos(std::clamp(from.dot(to), -1.0, 1.0));
  const int parts = std::max(2, int(angle * 20));
  QPainterPath path;
  bool open = false;
  for (int i = 0; i <= parts; ++i) {
    const auto [at, nearness] = view_.place(between(from, to, double(i) / parts));
    const bool here = (nearness >= 0) == near_side;
    if (here && open) path.lineTo(at);
    if (here && !open) path.moveTo(at);
    open = here;
  }
  painter_.setPen(QPen(side_colour(colour, near_side), 1));
  painter_.setBrush(Qt::NoBrush);
  painter_.drawPath(path);

  const SphereView::Place middle = view_.place(between(from, to, 0.54));
  const QPointF along = middle.at - view_.place(between(from, to, 0.46)).at;
  const double length = std::hypot(along.x(), along.y());
  if (!arrow || length < 0.5 || (middle.nearness >= 0) != near_side) return;
  const QPointF ahead = along / length * 3.2;
  const QPointF aside(-ahead.y() * 0.8, ahead.x() * 0.8);
  painter_.setPen(Qt::NoPen);
  painter_.setBrush(side_colour(colour, near_side));
  painter_.drawPolygon(
      QPolygonF{{middle.at + ahead, middle.at - ahead + aside, middle.at - ahead - aside}});
}

// The equator, and the half circle over the head from ear to ear.
void SpherePainter::paint_circles(bool near_side) const {
  for (int quarter = 0; quarter < 4; ++quarter) {
    paint_arc(direction_of({90.0 * quarter, 0}), direction_of({90.0 * (quarter + 1), 0}),
              theme().line, near_side, false);
  }
  for (const double side : {-90.0, 90.0}) {
    paint_arc(direction_of({side, 0}), direction_of({0, 90}), faded(theme().line, 0.7), near_side,
              false);
  }
}

void SpherePainter::paint_drivers(bool near_side) const {
  const Theme& t = theme();
  for (int i = 0; i < int(scene_.ring.size()); ++i) {
    const RigView& view = scene_.ring[std::size_t(i)];
    const Eigen::Vector3d to = direction_of(view.viewpoint);
    if (view.driver < 0) {
      if (scene_.photo) paint_arc(direction_of(*scene_.photo), to, t.information, near_side, true);
      continue;
    }
    const bool of_current = scene_.current == i || scene_.current == view.driver;
    paint_arc(direction_of(scene_.ring[std::size_t(view.driver)].viewpoint), to,
              of_current ? t.dim : t.outline, near_side, true);
  }
}

// The farthest first, so that of two that overlap the nearer one lies on top.
void SpherePainter::paint_beads(bool near_side) const {
  std::vector<std::pair<int, SphereView::Place>> beads;
  for (int i = 0; i < int(scene_.ring.size()); ++i) {
    const SphereView::Place place = view_.place(scene_.ring[std::size_t(i)].viewpoint);
    if ((place.nearness >= 0) == near_side) beads.emplace_back(i, place);
  }
  std::stable_sort(beads.begin(), beads.end(), [](const auto& a, const auto& b) {
    return a.second.nearness < b.second.nearness;
  });
  for (const auto& [index, place] : beads) paint_bead(index, place);
}

// A bead with its marks: the number in order, and a stroke through it when it is muted.
void SpherePainter::paint_bead(int index, const SphereView::Place& place) const {
  const Theme& t = theme();
  const RigView& view = scene_.ring[std::size_t(index)];
  const bool near_side = place.nearness >= 0;
  const bool muted = view.weight == 0;
  const bool current = index == scene_.current;
  const bool hovered = index == scene_.hovered;
  const double radius = bead_radius(view, place.nearness) + (hovered ? 1 : 0);
  const QColor colour = current || hovered ? t.text : near_side ? t.dim : t.faint;
  painter_.setPen(muted ? QPen(colour, 1.4) : QPen(t.statusbar, 1));
  painter_.setBrush(muted ? t.panel : colour);
  painter_.drawEllipse(place.at, radius, radius);
  if (muted) {
    const QPointF slope = QPointF(radius, -radius) * std::numbers::sqrt2 / 2;
    painter_.drawLine(place.at - slope, place.at + slope);
  } else if (radius > 6) {
    painter_.setFont(ui_font(9, QFont::Bold));
    painter_.setPen(t.statusbar);
    painter_.drawText(QRectF(place.at.x() - 10, place.at.y() - 10, 20, 20), Qt::AlignCenter,
                      QString::number(index + 1));
  }
  if (!current) return;
  painter_.setBrush(Qt::NoBrush);
  painter_.setPen(QPen(scene_.focused ? t.information : t.text, 1.5));
  painter_.drawEllipse(place.at, radius + 2.5, radius + 2.5);
}

// A padlock beside each bead whose target is the artist's, beyond the rings that mark it.
void SpherePainter::paint_locks(bool near_side) const {
  const Theme& t = theme();
  for (const RigView& view : scene_.ring) {
    const auto& locked = scene_.locked;
    if (std::find(locked.begin(), locked.end(), view.viewpoint) == locked.end()) continue;
    const auto [at, nearness] = view_.place(view.viewpoint);
    if ((nearness >= 0) != near_side) continue;
    const QPointF shoulder = at + QPointF(9.5, -9.5);
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(t.statusbar);
    painter_.drawEllipse(shoulder, 7.5, 7.5);
    paint_lock(painter_, shoulder, 10, side_colour(t.information, near_side));
  }
}

// The photo's camera and the one that the viewport looks through.
void SpherePainter::paint_cameras(bool near_side) const {
  const Theme& t = theme();
  painter_.setBrush(Qt::NoBrush);
  if (scene_.photo) {
    const auto [at, nearness] = view_.place(*scene_.photo);
    if ((nearness >= 0) == near_side) {
      painter_.setPen(QPen(side_colour(t.information, near_side), 1.6));
      painter_.drawRoundedRect(QRectF(at.x() - 11, at.y() - 11, 22, 22), 3, 3);
    }
  }
  const auto [at, nearness] = view_.place(scene_.camera);
  if ((nearness >= 0) != near_side) return;
  painter_.setPen(QPen(side_colour(t.accent, near_side), 2));
  painter_.drawEllipse(at, 13, 13);
}

}  // namespace portrait
