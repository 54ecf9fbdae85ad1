// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/view_state.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

double wrapped(double degrees) {
  const double turned = std::fmod(degrees + 180.0, 360.0);
  return turned < 0 ? turned + 180.0 : turned - 180.0;
}

QString tr(const char* text) { return QCoreApplication::translate("ViewState", text); }

}  // namespace

void ViewState::orbit(double azimuth_deg, double elevation_deg) {
  const Viewpoint now = viewpoint();
  look_from({now.azimuth_deg + azimuth_deg, now.elevation_deg + elevation_deg});
}

void ViewState::look_from(const Viewpoint& viewpoint) {
  viewpoint_.azimuth_deg = wrapped(viewpoint.azimuth_deg);
  viewpoint_.elevation_deg = std::clamp(viewpoint.elevation_deg, -kSteepest, kSteepest);
  camera_ = rig_camera(viewpoint_);
  own_camera_ = false;
}

void ViewState::look_through(const Camera& camera) {
  camera_ = camera;
  viewpoint_ = viewpoint_of(camera);
  own_camera_ = true;
}

Viewpoint ViewState::viewpoint() const { return viewpoint_; }

void ViewState::pan(const QPointF& by, const QSizeF& size) {
  const double side = std::min(size.width(), size.height());
  if (side <= 0) return;
  pan_ += by / side;
  pan_.setX(std::clamp(pan_.x(), -zoom_, zoom_));
  pan_.setY(std::clamp(pan_.y(), -zoom_, zoom_));
}

void ViewState::zoom(double factor, const QPointF& at, const QSizeF& size) {
  const double side = std::min(size.width(), size.height());
  if (side <= 0) return;
  const double wanted = std::clamp(zoom_ * factor, kLeastZoom, kMostZoom);
  const double applied = wanted / zoom_;
  const QPointF centre(size.width() / 2, size.height() / 2);
  const QPointF from_centre = (at - centre) / side;
  pan_ = from_centre - (from_centre - pan_) * applied;
  zoom_ = wanted;
}

void ViewState::reset() {
  zoom_ = 1;
  pan_ = {};
  look_from({});
}

QRectF ViewState::frame_rect(const QSizeF& size) const {
  const double side = std::min(size.width(), size.height());
  const QPointF centre = QPointF(size.width() / 2, size.height() / 2) + pan_ * side;
  const double frame = side * zoom_;
  return {centre.x() - frame / 2, centre.y() - frame / 2, frame, frame};
}

QString ViewState::describe() const {
  QStringList parts;
  const int azimuth = int(std::lround(viewpoint_.azimuth_deg));
  const int elevation = int(std::lround(viewpoint_.elevation_deg));
  if (azimuth == 0) {
    parts << tr("front");
  } else if (std::abs(azimuth) == 180) {
    parts << tr("back");
  } else {
    // Of the person in the picture as the viewer sees it: +X is the viewer's right.
    parts << (azimuth > 0 ? tr("%1° right") : tr("%1° left")).arg(std::abs(azimuth));
  }
  if (elevation != 0) {
    parts << (elevation > 0 ? tr("%1° up") : tr("%1° down")).arg(std::abs(elevation));
  }
  if (own_camera_) parts << tr("the photo's camera");
  return parts.join(QStringLiteral(" · "));
}

bool same_camera(const Camera& a, const Camera& b) {
  // A tenth of a degree is 0.0017 on the rig's unit vectors.
  return (a.world_from_camera - b.world_from_camera).cwiseAbs().maxCoeff() < 2e-3 &&
         std::abs(a.focal_x - b.focal_x) < 1e-3 && std::abs(a.focal_y - b.focal_y) < 1e-3 &&
         std::abs(a.centre_x - b.centre_x) < 1e-3 && std::abs(a.centre_y - b.centre_y) < 1e-3;
}

}  // namespace portrait
