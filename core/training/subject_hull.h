// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/synth/render_subject.h"

#include <Eigen/Core>

#include <vector>

namespace portrait {

inline constexpr int kHullSize = 160;  // pixels of a view, both ways

struct DepthView {
  Camera camera;
  SubjectView view;  // kHullSize squared
};

// Cameras all round a subject, from above and from below.
std::vector<Camera> hull_cameras();

// Matter is what no view sees through: a point (world units) is outside when some view sees it in
// front of the surface, or sees nothing behind it.
bool inside_hull(const std::vector<DepthView>& views, const Eigen::Vector3d& point);

}  // namespace portrait
