// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/view_prompt.h"

#include <cmath>

namespace portrait {
namespace {

constexpr double kAbove = 60;  // degrees
constexpr double kFront = 45;
constexpr double kSide = 135;

}  // namespace

std::string_view view_words(const Viewpoint& view) {
  if (view.elevation_deg >= kAbove) return "view from above";
  const double off = std::abs(std::remainder(view.azimuth_deg, 360.0));
  if (off <= kFront) return "front view";
  return off <= kSide ? "side view" : "back view";
}

std::string prompt_of_view(const TextPrompt& prompt, const Viewpoint& view) {
  if (!prompt.name_views) return prompt.prompt;
  const std::string words(view_words(view));
  return prompt.prompt.empty() ? words : prompt.prompt + ", " + words;
}

}  // namespace portrait
