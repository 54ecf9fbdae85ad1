// SPDX-License-Identifier: Apache-2.0
#include "core/synth/numbered_subject.h"

#include "core/synth/subject_recipe.h"

namespace portrait {

SubjectMesh numbered_subject(const SynthAssets& assets, int number, std::uint64_t seed,
                             bool held_out) {
  SynthOptions options;
  options.seed = seed;
  options.held_out = held_out;
  return build_subject(assets, draw_recipe(std::uint32_t(number), options));
}

}  // namespace portrait
