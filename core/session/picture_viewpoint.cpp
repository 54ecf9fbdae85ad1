// SPDX-License-Identifier: Apache-2.0
#include "core/session/picture_viewpoint.h"

#include "core/base/angle_list.h"
#include "core/base/error.h"

#include <charconv>
#include <cmath>

namespace portrait {
namespace {

// A number behind `mark`; the text goes on behind it. A plus before it is from_chars' to refuse.
std::optional<double> number_behind(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + mark.size());
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (read.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(std::size_t(read.ptr - text.data()));
  return number;
}

std::optional<Viewpoint> in_range(double azimuth, double elevation) {
  if (!(std::abs(azimuth) <= 360) || !(std::abs(elevation) <= kMostListedElevation)) {
    return std::nullopt;
  }
  return Viewpoint{azimuth, elevation};
}

// "+030" or "-05.5".
std::string padded(double angle, int digits) {
  const std::string plain = fmt::format("{}", std::abs(angle));
  const auto whole = std::min(plain.find('.'), plain.size());
  const std::string zeros(whole < std::size_t(digits) ? std::size_t(digits) - whole : 0, '0');
  return (angle < 0 ? "-" : "+") + zeros + plain;
}

}  // namespace

std::string viewpoint_text(const Viewpoint& viewpoint) {
  return fmt::format("{},{}", viewpoint.azimuth_deg, viewpoint.elevation_deg);
}

std::optional<Viewpoint> viewpoint_of_text(std::string_view text) {
  const auto azimuth = number_behind(text, "");
  if (!azimuth || text.empty() || text.front() != ',') return std::nullopt;
  const auto elevation = number_behind(text, ",");
  if (!elevation || !text.empty()) return std::nullopt;
  return in_range(*azimuth, *elevation);
}

std::optional<Viewpoint> viewpoint_of_comment(std::string_view comment) {
  const std::size_t at = comment.find(kViewpointComment);
  if (at == std::string_view::npos) return std::nullopt;
  comment.remove_prefix(at + std::string_view(kViewpointComment).size());
  return viewpoint_of_text(comment.substr(0, comment.find_first_of(" \r\n")));
}

std::string view_picture_name(const std::string& head, const Viewpoint& viewpoint) {
  return head + " az" + padded(viewpoint.azimuth_deg, 3) + " el" +
         padded(viewpoint.elevation_deg, 2) + ".png";
}

std::optional<Viewpoint> viewpoint_of_name(std::string_view name) {
  // The last one: what stands before it is the head's name.
  for (std::size_t at = name.rfind("az"); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : name.rfind("az", at - 1)) {
    std::string_view rest = name.substr(at);
    if (rest.size() < 3 || (rest[2] != '+' && rest[2] != '-')) continue;
    const auto azimuth = number_behind(rest, "az");
    const bool goes_on = rest.substr(0, 3) == " el" || rest.substr(0, 3) == "_el";
    if (!azimuth || !goes_on) continue;
    // The name's ending is not of the number.
    std::string_view behind = rest;
    const std::size_t ending = behind.rfind('.');
    if (ending != std::string_view::npos && ending + 1 < behind.size() &&
        (behind[ending + 1] < '0' || behind[ending + 1] > '9')) {
      behind = behind.substr(0, ending);
    }
    const auto elevation = number_behind(behind, "el");
    if (elevation) return in_range(*azimuth, *elevation);
  }
  return std::nullopt;
}

}  // namespace portrait
