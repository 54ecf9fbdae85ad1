// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/synth/subject_mesh.h"

namespace portrait {

// Depth of the lines of age at a rest position (cm), 0 .. 1.
float skin_wrinkle(const Eigen::Vector3f& rest, std::uint32_t seed);

// Gradient of the skin's fine height over the rest position: pores, lines of age, and folds on
// the lips. lips: lip_distance() there, cm.
Eigen::Vector3f skin_relief(const SkinRecipe& skin, const SurfacePoint& point, float lips,
                            std::uint32_t seed);

}  // namespace portrait
