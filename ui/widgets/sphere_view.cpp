// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/sphere_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kSteepest = 85 * kRadians;
constexpr double kMargin = 16;  // for the marks round beads at the rim

}  // namespace

Eigen::Vector3d direction_of(const Viewpoint& viewpoint) {
  const double a = viewpoint.azimuth_deg * kRadians;
  const double e = viewpoint.elevation_deg * kRadians;
  return {std::sin(a) * std::cos(e), std::sin(e), std::cos(a) * std::cos(e)};
}

double SphereView::radius() const {
  return std::max(1.0, std::min(area_.width(), area_.height()) / 2 - kMargin);
}

SphereView::Place SphereView::place(const Eigen::Vector3d& p) const {
  const double x = p.x() * std::cos(yaw_) - p.z() * std::sin(yaw_);
  const double z = p.x() * std::sin(yaw_) + p.z() * std::cos(yaw_);
  const double y = p.y() * std::cos(pitch_) - z * std::sin(pitch_);
  return {centre() + radius() * QPointF(x, -y), p.y() * std::sin(pitch_) + z * std::cos(pitch_)};
}

SphereView::Place SphereView::place(const Viewpoint& viewpoint) const {
  return place(direction_of(viewpoint));
}

Viewpoint SphereView::under(const QPointF& point, bool far_side) const {
  QPointF q = (point - centre()) / radius();
  double reach = std::hypot(q.x(), q.y());
  if (reach > 1) {
    const double back = std::max(0.0, 2 - reach);
    q *= back / reach;
    reach = back;
    far_side = !far_side;
  }
  const double near = std::sqrt(std::max(0.0, 1 - reach * reach)) * (far_side ? -1 : 1);
  const double up = -q.y();
  const double y = up * std::cos(pitch_) + near * std::sin(pitch_);
  const double forward = near * std::cos(pitch_) - up * std::sin(pitch_);
  const double x = q.x() * std::cos(yaw_) + forward * std::sin(yaw_);
  const double z = forward * std::cos(yaw_) - q.x() * std::sin(yaw_);
  return {std::atan2(x, z) / kRadians, std::asin(std::clamp(y, -1.0, 1.0)) / kRadians};
}

bool SphereView::covers(const QPointF& point) const {
  const QPointF q = (point - centre()) / radius();
  return std::hypot(q.x(), q.y()) <= 1;
}

void SphereView::turn(const QPointF& by) {
  yaw_ = std::remainder(yaw_ - by.x() / radius(), 2 * std::numbers::pi);
  pitch_ = std::clamp(pitch_ + by.y() / radius(), -kSteepest, kSteepest);
}

}  // namespace portrait
