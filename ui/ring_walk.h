// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"

#include <vector>

namespace portrait {

// Of the viewpoints, ordered from the left round to the right (and upwards where they stand over
// each other), the next one from where one looks, or the one before; after the last comes the
// first.
Viewpoint next_in_ring(const std::vector<RigView>& ring, const Viewpoint& from, bool forwards);

}  // namespace portrait
