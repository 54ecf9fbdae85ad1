// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct HeldoutOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int subjects = 20;
  std::uint64_t seed = 20;  // of the held-out subjects; pinned
  int mean_subjects = 200;  // training subjects in the mean head, and to choose the nearest from
  std::uint64_t training_seed = 1;
  int mean_first = 16;     // the first of them; those before validate the trainers
  int photo_subjects = 6;  // the first so many have photos of several fields of view
};

// Draws the set of heldout.h. `progress(done, of)` counts subjects, training subjects, and subjects
// whose nearest head is drawn. Stops between subjects; heldout.json is written last. Throws
// kNotFound (assets), kIo, kBadUsage.
void write_heldout(const HeldoutOptions& options,
                   const std::function<void(int done, int of)>& progress,
                   std::stop_token stop = {});

// The camera of a subject's photo: turned aside by 18 degrees and up or down by 6 at most, so far
// away that the head is half as tall as the frame.
Camera heldout_photo_camera(int subject, double fov_deg);

}  // namespace portrait
