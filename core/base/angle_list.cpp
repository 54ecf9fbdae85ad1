// SPDX-License-Identifier: Apache-2.0
#include "core/base/angle_list.h"

#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace portrait {
namespace {

constexpr double kMostAzimuth = 180;

// What stands up to the next of `ends`; it is cut off the text, together with that end.
std::string_view take_until(std::string_view& text, std::string_view ends) {
  const std::size_t length = std::min(text.find_first_of(ends), text.size());
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(std::min(length + 1, text.size()));
  return taken;
}

// The next number of a viewpoint. from_chars: the same in every locale.
double take_number(std::string_view& rest, std::string_view viewpoint, const char* name, double low,
                   double high) {
  const std::string_view text = take_until(rest, ",");
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  check(read.ec == std::errc{} && read.ptr == text.data() + text.size() && number >= low &&
            number <= high,
        ErrorCode::kBadUsage,
        "\"{}\" is no viewpoint: its {} is to be a number from {} to {}, not \"{}\"", viewpoint,
        name, low, high, text);
  return number;
}

WeightedAngles parse_one(std::string_view text) {
  const auto commas = std::count(text.begin(), text.end(), ',');
  check((commas == 1 || commas == 2) && text.back() != ',', ErrorCode::kBadUsage,
        "\"{}\" is no viewpoint; write azimuth,elevation or azimuth,elevation,weight, as in "
        "\"30,0\" or \"30,0,0.5\"",
        text);
  std::string_view rest = text;
  WeightedAngles one;
  one.azimuth_deg = take_number(rest, text, "azimuth", -kMostAzimuth, kMostAzimuth);
  one.elevation_deg =
      take_number(rest, text, "elevation", -kMostListedElevation, kMostListedElevation);
  if (commas == 2) one.weight = take_number(rest, text, "weight", 0, kMostListedWeight);
  return one;
}

}  // namespace

std::vector<WeightedAngles> parse_angle_list(std::string_view text) {
  std::vector<WeightedAngles> list;
  while (!text.empty()) {
    const std::string_view viewpoint = take_until(text, " ;\t\n");
    if (viewpoint.empty()) continue;
    const WeightedAngles one = parse_one(viewpoint);
    const bool twice = std::any_of(list.begin(), list.end(), [&](const WeightedAngles& other) {
      return other.azimuth_deg == one.azimuth_deg && other.elevation_deg == one.elevation_deg;
    });
    check(!twice, ErrorCode::kBadUsage, "The viewpoint {},{} is named twice", one.azimuth_deg,
          one.elevation_deg);
    list.push_back(one);
  }
  return list;
}

std::string angle_list_text(const std::vector<WeightedAngles>& list) {
  std::string text;
  for (const WeightedAngles& one : list) {
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", one.azimuth_deg, one.elevation_deg);
    if (one.weight != 1) text += fmt::format(",{}", one.weight);
  }
  return text;
}

}  // namespace portrait
