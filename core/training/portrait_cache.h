// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace portrait {

// Synthetic photos of 512 x 512 with their mattes, one safetensors file per subject, so that
// drawing is paid once ("portrait_000123.safetensors", held-out subjects "heldout_000123..."):
//   photo_I      U8 [bytes]  JPEG: the photo, subject over background, with the camera's faults
//   clean_I      U8 [bytes]  JPEG: the subject's own colour without faults; the photo elsewhere
//   matte_I      U8 [bytes]  PNG, one channel
//   cameras      F32 [P, 16]     camera_tensor of each photo
//   landmarks    F32 [P, 68, 2]  pixels of the photo
// About 0.12 MB a photo, half of that without `clean`.
inline constexpr int kPortraitPx = 512;

struct PortraitCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int first = 0;
  int count = 400;  // subjects
  int photos_per_subject = 3;
  bool held_out = false;
  bool clean = true;  // off: for evaluation alone; the matting trainer needs them
  std::uint64_t seed = 1;
};

// Draws the subjects that the folder lacks. Throws kNotFound (assets), kIo.
void fill_portrait_cache(const PortraitCacheOptions& options,
                         const std::function<void(int done, int of)>& progress,
                         std::stop_token stop = {});

// Files in the order of their numbers; empty when there is no such folder.
std::vector<std::filesystem::path> list_portrait_cache(const std::filesystem::path& folder,
                                                       bool held_out);

struct CachedPortrait {
  Image photo;  // 512 x 512 x 3
  Image clean;  // 512 x 512 x 3, not premultiplied; empty where the file has none
  Image matte;  // 512 x 512 x 1
  std::array<float, 16> camera;                     // camera_tensor
  std::array<std::array<float, 2>, 68> landmarks;  // pixels
};

int portraits_in(const std::filesystem::path& file);  // photos of one subject's file
// Throws kCorrupt (not a file of this cache; says to remove it), kNotFound.
CachedPortrait read_portrait(const std::filesystem::path& file, int index);
// The photo alone: a third of the decoding.
Image read_portrait_photo(const std::filesystem::path& file, int index);

}  // namespace portrait
