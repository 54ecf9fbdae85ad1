// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portrait {

// Where one looks from, as a setting holds it.
struct AnglePair {
  double azimuth_deg = 0;    // -180 to 180
  double elevation_deg = 0;  // -80 to 80
  bool operator==(const AnglePair& other) const = default;
};

// "0,0 30,0 -30,0 0,45": azimuth and elevation in degrees, pairs apart by spaces or semicolons.
// Nothing when it reads otherwise, lies out of range or names a pair twice.
std::optional<std::vector<AnglePair>> parse_angle_list(std::string_view text);
std::string angle_list_text(const std::vector<AnglePair>& pairs);

}  // namespace portrait
