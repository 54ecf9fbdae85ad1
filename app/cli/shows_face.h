// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait::cli {

// Whether the face detector finds a face in a view of a head, RGBA. Our rig shows every head
// upright and filling the frame: a box of less than a fifth of it is no face of this head. Between
// azimuths 120 and 240 it is one too many (METHOD, Metrics: janus).
bool shows_face(const Image& rgba);

}  // namespace portrait::cli
