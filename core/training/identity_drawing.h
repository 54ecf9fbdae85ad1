// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/synth/subject_recipe.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct IdentityCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int first = 0;
  int count = 400;  // people
  int occasions = 3;
  int photos_per_occasion = 3;
  bool held_out = false;
  std::uint64_t seed = 1;
};

// Person `number` of a seed on another day: shape, skin and hair stay; expression, light, clothes,
// glasses and how the body is held are drawn anew. Occasion 0 is the subject as all caches know it.
SubjectRecipe recipe_on_occasion(int number, const SynthOptions& options, int occasion);

// Draws the people that the folder lacks: each photo with a camera, background and faults of its
// own, cut by the true landmarks (identity_cache.h). Throws kNotFound (assets), kIo.
void fill_identity_cache(const IdentityCacheOptions& options,
                         const std::function<void(int done, int of)>& progress,
                         std::stop_token stop = {});

}  // namespace portrait
