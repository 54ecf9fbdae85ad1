// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/synth/noise.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {

struct BackgroundShape {
  Eigen::Vector2f centre, half;
  float turn = 0, soft = 0.01F, opacity = 1, roundness = 0;
  Eigen::Vector3f colour;

  // 0 .. opacity; positions in picture widths, (0, 0) top left.
  float cover(const Eigen::Vector2f& p) const {
    const Eigen::Vector2f d = p - centre;
    const Eigen::Vector2f q(std::abs(std::cos(turn) * d.x() + std::sin(turn) * d.y()) / half.x(),
                            std::abs(-std::sin(turn) * d.x() + std::cos(turn) * d.y()) / half.y());
    const float box = std::max(q.x(), q.y());
    const float distance = box + roundness * (q.norm() - box);
    const float edge = soft / half.minCoeff();
    return opacity * (1 - noise::smoothstep(1 - edge, 1 + edge, distance));
  }
};

struct BackgroundScene {
  Eigen::Vector3f top, bottom;
  float turn = 1.5708F;  // direction of the gradient; a quarter turn = downwards
  std::vector<BackgroundShape> shapes;
  float mottle = 0.03F, wavelength = 0.3F;
  Eigen::Vector3f mottle_colour = Eigen::Vector3f::Zero();
  float spot = 0;  // brighter behind the head
  float vignette = 0;
  float blur = 0.01F;  // of the picture's width
};

// Something to stand before: a studio, a room, leaves, a street, or any shapes. Colours are
// sRGB-encoded, lengths shares of the picture's width.
BackgroundScene draw_background_scene(RandomStream& random);

}  // namespace portrait
