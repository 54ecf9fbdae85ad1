// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/synth/subject_mesh.h"

#include <cstdint>

namespace portrait {

// Subject `number` of a seed, as all caches and sets know it: the same person under the same number.
// held_out: people, hair and styles that are never trained on. Throws what build_subject() throws.
SubjectMesh numbered_subject(const SynthAssets& assets, int number, std::uint64_t seed,
                             bool held_out = false);

}  // namespace portrait
