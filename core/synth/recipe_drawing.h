// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/synth/subject_recipe.h"

#include <algorithm>
#include <cmath>

namespace portrait {

// The groups of a recipe, each with a stream of its own; skin is drawn before hair and headwear.
void draw_hair(RandomStream& random, const SynthOptions& options, SubjectRecipe& recipe);
void draw_accessories(RandomStream& random, const SynthOptions& options, SubjectRecipe& recipe);
void draw_headwear(RandomStream& random, const SynthOptions& options, SubjectRecipe& recipe);

inline float between(RandomStream& random, float low, float high) {
  return float(random.uniform(low, high));
}

inline Eigen::Vector3f mix(const Eigen::Vector3f& a, const Eigen::Vector3f& b, float t) {
  return a + t * (b - a);
}

// Linear colour of a hue, saturation, value triple that is itself linear.
inline Eigen::Vector3f hsv(float hue, float saturation, float value) {
  Eigen::Vector3f c;
  for (int k = 0; k < 3; ++k) {
    const float h = hue * 6 + (k == 0 ? 0.0F : k == 1 ? 4.0F : 2.0F);
    const float t = std::fmod(h, 6.0F);
    c[k] = std::clamp(std::abs(t - 3) - 1, 0.0F, 1.0F);
  }
  return value * (Eigen::Vector3f::Ones() * (1 - saturation) + saturation * c);
}

}  // namespace portrait
