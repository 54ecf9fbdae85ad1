// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/torch.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace portrait {

// What the trainers know of one synthetic subject: its photos, and points of known matter and
// colour. Drawing a subject costs about a second, so that it is done once and kept on disk, one
// safetensors file per subject ("subject_000123.safetensors"):
//   photos            U8  [P, 256, 256, 4]  RGB (background at 0.5) and matte
//   cameras           F32 [P, 16]           camera_tensor of each photo
//   occupancy_points  I16 [N, 3]            world units times kPointScale
//   occupancy         U8  [N]               1 inside, 0 outside
//   surface_points    I16 [M, 3]
//   surface_rgb       U8  [M, 3]
//   patches           U8  [K, 128, 128, 4]  RGB (background at 0.5) and alpha of pieces of 512 views
//   patch_points      I16 [K, 32, 32, 3]    the surface at every fourth pixel; kNoPoint where none
//   patch_depth       F16 [K, 32, 32]       distance along the ray, 0 where none
//   patch_cameras     F32 [K, 16 + 2]       camera, and the patch's left and top in pixels of 512
inline constexpr float kPointScale = 65000.0F;  // the cube's half extent, 0.5, is 32500
inline constexpr std::int16_t kNoPoint = -32768;
inline constexpr int kPatchSize = 128;
inline constexpr int kPatchPoints = 32;

struct SubjectCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int first = 0;
  int count = 1000;
  std::uint64_t seed = 1;
  int photos_per_subject = 3;
};

// Draws the subjects that the folder lacks. `progress(done, of)` after each. Stops between
// subjects. Throws kNotFound (assets), kIo (disk full).
void fill_subject_cache(const SubjectCacheOptions& options,
                        const std::function<void(int done, int of)>& progress,
                        std::stop_token stop = {});

// Files of the folder in order of their numbers.
std::vector<std::filesystem::path> list_subject_cache(const std::filesystem::path& folder);

// Takes the first `count` of such files, at most a quarter and one of them, off the list: people
// that networks are scored on. Throws kBadInput when that leaves none.
std::vector<std::filesystem::path> hold_back_subjects(std::vector<std::filesystem::path>& files,
                                                      int count);

}  // namespace portrait
