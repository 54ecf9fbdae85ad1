// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/camera_json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace portrait {

using nlohmann::json;

json camera_to_json(const Camera& camera) {
  json rows = json::array();
  for (int r = 0; r < 4; ++r) {
    for (int c = 0; c < 4; ++c) rows.push_back(camera.world_from_camera(r, c));
  }
  return {{"world_from_camera", rows},
          {"focal_x", camera.focal_x},
          {"focal_y", camera.focal_y},
          {"centre_x", camera.centre_x},
          {"centre_y", camera.centre_y}};
}

Camera camera_from_json(const json& j) {
  Camera camera;
  const auto rows = j.at("world_from_camera").get<std::array<double, 16>>();
  for (int i = 0; i < 16; ++i) camera.world_from_camera(i / 4, i % 4) = rows[std::size_t(i)];
  camera.focal_x = j.at("focal_x").get<double>();
  camera.focal_y = j.at("focal_y").get<double>();
  camera.centre_x = j.at("centre_x").get<double>();
  camera.centre_y = j.at("centre_y").get<double>();
  return camera;
}

}  // namespace portrait
