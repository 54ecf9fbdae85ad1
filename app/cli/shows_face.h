// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait::cli {

// Azimuth, to either side, from which on a face is one too many (METHOD, Metrics: janus).
inline constexpr double kNoFaceFromDeg = 120;

// Whether the face detector finds a face in a view of a head, RGBA. Our rig shows every head
// upright and filling the frame: a box of less than a fifth of it is no face of this head.
bool shows_face(const Image& rgba);

}  // namespace portrait::cli
