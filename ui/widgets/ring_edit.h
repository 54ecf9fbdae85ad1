// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"

#include <optional>
#include <vector>

namespace portrait {

using Ring = std::vector<RigView>;

// What an artist does to the ring. Each gives the edited ring with its drivers found anew, within
// what the setting detail.viewpoints takes; nothing where it would change nothing or cannot be
// done: two views at one place, too many, too few.
std::optional<Ring> moved(Ring ring, int index, const Viewpoint& to);
std::optional<Ring> with_view(Ring ring, const Viewpoint& at);  // the last in order
std::optional<Ring> without_view(Ring ring, int index);
std::optional<Ring> weighted(Ring ring, int index, double weight);
std::optional<Ring> reordered(Ring ring, int index, int place);

// The nearest viewpoint that an edit gives: in whole degrees, within the setting's range.
Viewpoint on_the_grid(const Viewpoint& viewpoint);

}  // namespace portrait
