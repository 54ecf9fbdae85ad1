// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/ring_edit.h"

#include "core/base/angle_list.h"
#include "core/base/settings.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

const AngleListDomain& domain() {
  return std::get<AngleListDomain>(setting_row("detail.viewpoints").domain);
}

bool has(const Ring& ring, int index) {
  return index >= 0 && index < int(ring.size());
}

bool taken(const Ring& ring, const Viewpoint& viewpoint) {
  return std::any_of(ring.begin(), ring.end(),
                     [&](const RigView& view) { return view.viewpoint == viewpoint; });
}

Ring driven_anew(Ring ring) {
  find_drivers(ring);
  return ring;
}

}  // namespace

Viewpoint on_the_grid(const Viewpoint& viewpoint) {
  // + 0.0: a zero is written without a sign.
  double azimuth = std::remainder(std::round(viewpoint.azimuth_deg), 360.0) + 0.0;
  if (azimuth == -180) azimuth = 180;
  const double elevation =
      std::clamp(std::round(viewpoint.elevation_deg), -kMostListedElevation, kMostListedElevation) +
      0.0;
  return {azimuth, elevation};
}

std::optional<Ring> moved(Ring ring, int index, const Viewpoint& to) {
  const Viewpoint place = on_the_grid(to);
  if (!has(ring, index) || taken(ring, place)) return std::nullopt;
  ring[std::size_t(index)].viewpoint = place;
  return driven_anew(std::move(ring));
}

std::optional<Ring> with_view(Ring ring, const Viewpoint& at) {
  const Viewpoint place = on_the_grid(at);
  if (ring.size() >= domain().most || taken(ring, place)) return std::nullopt;
  ring.push_back({place});
  return driven_anew(std::move(ring));
}

std::optional<Ring> without_view(Ring ring, int index) {
  if (!has(ring, index) || ring.size() <= domain().fewest) return std::nullopt;
  ring.erase(ring.begin() + index);
  return driven_anew(std::move(ring));
}

std::optional<Ring> weighted(Ring ring, int index, double weight) {
  if (!has(ring, index)) return std::nullopt;
  RigView& view = ring[std::size_t(index)];
  const double within = std::clamp(weight, 0.0, kMostListedWeight);
  if (view.weight == within) return std::nullopt;
  view.weight = within;
  return ring;
}

std::optional<Ring> reordered(Ring ring, int index, int place) {
  if (!has(ring, index) || !has(ring, place) || index == place) return std::nullopt;
  const RigView view = ring[std::size_t(index)];
  ring.erase(ring.begin() + index);
  ring.insert(ring.begin() + place, view);
  return driven_anew(std::move(ring));
}

}  // namespace portrait
