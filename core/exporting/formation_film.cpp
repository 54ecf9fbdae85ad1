// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/formation_film.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

int moving_frames(const FormationFilm& film) {
  return std::max(1, int(std::lround(film.seconds * film.frames_per_second)));
}

}  // namespace

int FormationFilm::frames() const {
  return moving_frames(*this) + int(std::lround(held_seconds * frames_per_second));
}

std::size_t FormationFilm::moment_of(int frame) const {
  if (moments == 0) return 0;
  const double part = double(frame) / moving_frames(*this);
  return std::min(moments - 1, std::size_t(std::max(0.0, part) * double(moments)));
}

// Slow at both ends, so that the face is seen longest.
Viewpoint FormationFilm::viewpoint_of(int frame) const {
  const double part = std::clamp(double(frame) / moving_frames(*this), 0.0, 1.0);
  const double eased = part * part * (3 - 2 * part);
  return {std::remainder(360 * eased, 360.0), 4};
}

}  // namespace portrait
