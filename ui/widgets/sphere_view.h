// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QPointF>
#include <QRectF>

#include <Eigen/Core>

namespace portrait {

// How the sphere of viewpoints lies before the artist: seen from far away, at first from the front
// and a little above.
class SphereView {
 public:
  explicit SphereView(const QRectF& area) : area_(area) {}
  void set_area(const QRectF& area) { area_ = area; }
  QPointF centre() const { return area_.center(); }
  double radius() const;  // in pixels

  // A point of the world in radii, as it is seen: x to the right, y down, and how near, from -1 at
  // the back of the sphere to 1 at its front.
  struct Place {
    QPointF at;
    double nearness;
  };
  Place place(const Eigen::Vector3d& point) const;
  Place place(const Viewpoint& viewpoint) const;

  // The viewpoint on the near or the far side under a point. Beyond the rim the sphere goes on
  // round to its other side, so that what is pulled outwards comes round.
  Viewpoint under(const QPointF& point, bool far_side) const;
  bool covers(const QPointF& point) const;
  // Drags the near side along.
  void turn(const QPointF& by);

 private:
  QRectF area_;
  double yaw_ = 0;        // where it is seen from, as a viewpoint's angles in radians
  double pitch_ = 0.349;  // 20 degrees
};

// Of length 1.
Eigen::Vector3d direction_of(const Viewpoint& viewpoint);

}  // namespace portrait
