// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <string>
#include <string_view>

namespace portrait {

// What the noise predictor of a pack that reads texts is told of the pictures that it paints.
struct TextPrompt {
  std::string prompt;
  std::string negative;    // what guidance leads away from
  bool name_views = true;  // put the viewpoint's words behind the prompt

  bool operator==(const TextPrompt&) const = default;
};

// The words for a viewpoint, as DreamFusion has them (Poole et al., ICLR 2023, Sec. 3.2): "view
// from above" from 60 degrees of elevation on; else, by azimuth, "front view" up to 45 degrees off
// the front, "side view" up to 135, "back view".
std::string_view view_words(const Viewpoint& view);

// The prompt, then those words behind a comma where views are to be named; they alone where there
// is no prompt.
std::string prompt_of_view(const TextPrompt& prompt, const Viewpoint& view);

}  // namespace portrait
