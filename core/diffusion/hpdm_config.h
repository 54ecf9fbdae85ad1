// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"

#include <nlohmann/json_fwd.hpp>

namespace portrait {

// Of the Hybrid Priors Diffusion Model's own networks, beside the UNet that they steer.
struct HpdmConfig {
  ControlConfig control;       // of the Explicit-Branch, and of the Implicit-Branch that copies it
  bool geometry_prior = true;  // false: trained without (11); Fig. 5 (a)
  bool implicit = true;        // false: trained without (10); Fig. 5 (a) and (b)
  int geometry_width = 64;     // channels inside the res-block of (11), multiples of the groups
};

// Of the pack that ships.
HpdmConfig compact_hpdm();

// The control branches' keys, and "geometry_prior", "implicit", "geometry_width".
// hpdm_config throws as control_config() does.
nlohmann::json to_json(const HpdmConfig& config);
HpdmConfig hpdm_config(const nlohmann::json& json);

// w_ex of (9), and weights of the parts that the artist moves; 1 is the paper, 0 mutes.
struct HpdmWeights {
  double explicit_branch = 1;
  double implicit_branch = 1;
  double geometry_prior = 1;
};

}  // namespace portrait
