// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct LatentCacheOptions {
  std::filesystem::path folder;  // of the latents, see LatentSet
  std::filesystem::path views;   // of fill_view_cache
  std::filesystem::path pack;    // whose "vae" encodes them
  bool mirrored = true;          // each subject's mirror image as a second person
};

// What a camera sees of a world mirrored left to right, as the mirrored picture shows it.
Camera mirrored_camera(const Camera& camera);

// Encodes the subjects of the view cache, held-out ones too, that the folder lacks.
// Throws kNotFound (no views, pack without a VAE), kCorrupt (a file of the view cache, by name;
// latents of another VAE in the folder), kIo.
void fill_latent_cache(const LatentCacheOptions& options,
                       const std::function<void(int done, int of)>& progress,
                       std::stop_token stop = {});

}  // namespace portrait
