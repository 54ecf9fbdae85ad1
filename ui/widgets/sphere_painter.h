// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/widgets/ring_edit.h"
#include "ui/widgets/sphere_view.h"

#include <optional>
#include <vector>

class QColor;
class QPainter;

namespace portrait {

// What stands on the sphere besides the head in its middle.
struct SphereScene {
  Ring ring;
  Viewpoint camera;
  std::optional<Viewpoint> photo;
  int current = -1;  // of ring
  int hovered = -1;
  bool focused = false;
  std::vector<Viewpoint> locked;  // whose targets are the artist's
};

// Draws it: the far side first, dim and small, then the head, then the near side.
class SpherePainter {
 public:
  SpherePainter(QPainter& painter, const SphereView& view, const SphereScene& scene)
      : painter_(painter), view_(view), scene_(scene) {}
  void paint() const;

  // Of a bead, in pixels.
  static double bead_radius(const RigView& view, double nearness);

 private:
  void paint_globe() const;
  void paint_head() const;
  void paint_circles(bool near_side) const;
  void paint_drivers(bool near_side) const;
  void paint_beads(bool near_side) const;
  void paint_bead(int index, const SphereView::Place& place) const;
  void paint_locks(bool near_side) const;
  void paint_cameras(bool near_side) const;
  // An arc on the sphere, as much of it as lies on one side.
  void paint_arc(const Eigen::Vector3d& from, const Eigen::Vector3d& to, const QColor& colour,
                 bool near_side, bool arrow) const;

  QPainter& painter_;
  const SphereView& view_;
  const SphereScene& scene_;
};

}  // namespace portrait
