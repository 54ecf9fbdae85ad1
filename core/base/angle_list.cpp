// SPDX-License-Identifier: Apache-2.0
#include "core/base/angle_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace portrait {
namespace {

constexpr double kMostAzimuth = 180;
constexpr double kMostElevation = 80;

// A number at the start of the text, which is then cut off. from_chars: the same in every locale.
std::optional<double> take_number(std::string_view& text, double most) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || !(std::abs(number) <= most)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

}  // namespace

std::optional<std::vector<AnglePair>> parse_angle_list(std::string_view text) {
  constexpr std::string_view kBetween = " ;\t\n";
  std::vector<AnglePair> pairs;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(kBetween), text.size()));
    if (text.empty()) return pairs;
    const auto azimuth = take_number(text, kMostAzimuth);
    if (!azimuth || !text.starts_with(',')) return std::nullopt;
    text.remove_prefix(1);
    const auto elevation = take_number(text, kMostElevation);
    if (!elevation || (!text.empty() && kBetween.find(text.front()) == std::string_view::npos)) {
      return std::nullopt;
    }
    const AnglePair pair{*azimuth, *elevation};
    if (std::count(pairs.begin(), pairs.end(), pair) > 0) return std::nullopt;
    pairs.push_back(pair);
  }
}

std::string angle_list_text(const std::vector<AnglePair>& pairs) {
  std::string text;
  for (const AnglePair& pair : pairs) {
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", pair.azimuth_deg, pair.elevation_deg);
  }
  return text;
}

}  // namespace portrait
