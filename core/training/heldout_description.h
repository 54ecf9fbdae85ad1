// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/training/heldout_drawing.h"
#include "core/training/nearest_head.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace portrait {

struct HeldoutSetView {
  Viewpoint viewpoint;
  bool standard = true;
};

// The 13 standard viewpoints, then the quoted azimuths that they lack.
std::vector<HeldoutSetView> heldout_set_views();

// Folders of the set.
std::string heldout_subject_name(int index);
std::string training_subject_name(int number);

// heldout.json of a set that was drawn with these options.
nlohmann::ordered_json heldout_description(const HeldoutOptions& options,
                                           const NearestHeads& nearest);

}  // namespace portrait
