// SPDX-License-Identifier: Apache-2.0
#include "ui/ring_walk.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

// [-180, 180)
double wrapped(double degrees) {
  return degrees - 360 * std::floor((degrees + 180) / 360);
}

// In whole degrees: what is nearer than that is the same viewpoint.
bool before(const Viewpoint& a, const Viewpoint& b) {
  const auto place = [](const Viewpoint& v) {
    return std::pair(std::lround(wrapped(v.azimuth_deg)), std::lround(v.elevation_deg));
  };
  return place(a) < place(b);
}

}  // namespace

Viewpoint next_in_ring(const std::vector<RigView>& ring, const Viewpoint& from, bool forwards) {
  std::vector<Viewpoint> order;
  for (const RigView& view : ring) order.push_back(view.viewpoint);
  if (order.empty()) return from;
  std::sort(order.begin(), order.end(), [forwards](const Viewpoint& a, const Viewpoint& b) {
    return forwards ? before(a, b) : before(b, a);
  });
  for (const Viewpoint& view : order) {
    if (forwards ? before(from, view) : before(view, from)) return view;
  }
  return order.front();
}

}  // namespace portrait
