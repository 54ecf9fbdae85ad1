// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <nlohmann/json_fwd.hpp>

namespace portrait {

// {"world_from_camera": 16 numbers, row by row, "focal_x", "focal_y", "centre_x", "centre_y"};
// exact: a camera read back is the same to the last bit.
nlohmann::json camera_to_json(const Camera& camera);
// Throws nlohmann::json::exception on what is missing or of another type.
Camera camera_from_json(const nlohmann::json& json);

}  // namespace portrait
