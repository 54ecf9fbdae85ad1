// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

struct BakedVolume;  // core/field/baked_volume.h

// The head at one moment of its formation, as the viewport can draw it from any side. Plain data.
struct FormationMoment {
  std::uint64_t id = 0;        // grows; never given twice in a session
  std::uint64_t previous = 0;  // the moment before it; 0 = a run began here
  std::string stage;           // label, "Photo fit"
  int step = 0;                // of that stage
  double seconds = 0;          // computing time of the head so far
  bool restart = false;        // the optimisation can go on from here
  std::shared_ptr<const BakedVolume> volume;
  Image picture;  // RGBA, 72 to 128 px square, from a little to the side
};

// All moments that are kept, as a tree: what was left for another branch stays. A snapshot shares
// it; it is replaced when it grows, never written to.
struct Formation {
  std::vector<std::shared_ptr<const FormationMoment>> moments;  // by id
  std::uint64_t tip = 0;  // the newest of the branch that the head stands on; 0 = none

  std::shared_ptr<const FormationMoment> find(std::uint64_t id) const;
  // From the beginning to `id`, oldest first.
  std::vector<std::shared_ptr<const FormationMoment>> line(std::uint64_t id) const;
  // The nearest moment at or before `id` that can be gone on from; null when there is none.
  std::shared_ptr<const FormationMoment> restart_of(std::uint64_t id) const;
  // Ends of all branches but that of the tip, newest first.
  std::vector<std::shared_ptr<const FormationMoment>> other_ends() const;
};

}  // namespace portrait
