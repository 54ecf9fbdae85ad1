// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <vector>

namespace portrait::cli {

// 0 of none.
double mean(const std::vector<double>& values);
// By how much one camera is turned against the other.
double angle_between_deg(const Camera& a, const Camera& b);

}  // namespace portrait::cli
