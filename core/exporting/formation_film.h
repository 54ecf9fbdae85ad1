// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <cstddef>

namespace portrait {

// How a head's formation becomes a film: its moments follow each other while the camera goes once
// round the head, and the last one is held at the end.
struct FormationFilm {
  std::size_t moments = 0;
  double frames_per_second = 30;
  double seconds = 8;
  double held_seconds = 1.5;  // of the last moment, seen from the front

  int frames() const;
  std::size_t moment_of(int frame) const;  // which moment a frame shows
  Viewpoint viewpoint_of(int frame) const;
};

}  // namespace portrait
