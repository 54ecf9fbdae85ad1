// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace portrait {

// Where one looks from, and how much that counts, as a setting holds it.
struct WeightedAngles {
  double azimuth_deg = 0;    // -180 to 180
  double elevation_deg = 0;  // -80 to 80
  double weight = 1;         // 0 to 4
  bool operator==(const WeightedAngles& other) const = default;
};

inline constexpr double kMostListedElevation = 80;
inline constexpr double kMostListedWeight = 4;

// "0,0 30,0 -30,0,0.5 0,45": azimuth and elevation in degrees and, where it is not 1, a weight;
// apart by spaces or semicolons. Throws kBadUsage naming what reads otherwise, lies out of range or
// looks from where another does.
std::vector<WeightedAngles> parse_angle_list(std::string_view text);
std::string angle_list_text(const std::vector<WeightedAngles>& list);

}  // namespace portrait
