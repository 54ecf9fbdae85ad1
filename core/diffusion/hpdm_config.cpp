// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/hpdm_config.h"

#include "core/nn/config_reader.h"

#include <nlohmann/json.hpp>

namespace portrait {

HpdmConfig compact_hpdm() {
  HpdmConfig config;
  config.control = compact_control();
  return config;
}

nlohmann::json to_json(const HpdmConfig& c) {
  nlohmann::json json = to_json(c.control);
  json["geometry_prior"] = c.geometry_prior;
  json["implicit"] = c.implicit;
  json["geometry_width"] = c.geometry_width;
  return json;
}

HpdmConfig hpdm_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "HPDM");
  HpdmConfig config;
  config.control = control_config(json);
  reader.read("geometry_prior", config.geometry_prior);
  reader.read("implicit", config.implicit);
  reader.read_count("geometry_width", config.geometry_width);
  reader.require(config.geometry_width % config.control.sizes.norm_num_groups == 0,
                 "geometry_width");
  // The mask stands beside the latents of what is known.
  reader.require(config.control.conditioning_channels == config.control.in_channels + 1,
                 "conditioning_channels");
  return config;
}

}  // namespace portrait
