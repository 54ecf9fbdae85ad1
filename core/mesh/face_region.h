// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace portrait {

// How much a point of a head belongs to its face: 1 within 50 degrees of +Z round the vertical
// axis and between chin and forehead (y from -0.25 to 0.2), falling smoothly to 0 at 85 degrees
// and 0.1 units below and above. In world units (1 unit = 400 mm), head centre at the origin.
// Continuous everywhere, also on the vertical axis, where it is 0.
float face_weight(const Eigen::Vector3f& position);

}  // namespace portrait
