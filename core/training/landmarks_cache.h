// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace portrait {

// Faces cut out of synthetic photos with their 68 points, one safetensors file per subject, so
// that drawing is paid once ("face_000123.safetensors", held-out subjects "heldout_000123..."):
//   crops  U8  [P, 192, 192, 3]  sRGB; the network's crop of 128 and a margin, at 3/4 of its scale
//   points F32 [P, 68, 2]        in pixels of the crop
//   yaw    F32 [P]               degrees
inline constexpr int kLandmarkCachePx = 192;
// Side of the cached picture over the side of the crop that the network sees.
inline constexpr double kLandmarkCacheMargin = 1.7;

struct LandmarkCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int first = 0;
  int count = 400;
  int photos_per_subject = 8;
  bool held_out = false;
  std::uint64_t seed = 1;
};

// Draws the subjects that the folder lacks. Throws kNotFound (assets), kIo.
void fill_landmark_cache(const LandmarkCacheOptions& options,
                         const std::function<void(int done, int of)>& progress,
                         std::stop_token stop = {});

std::vector<std::filesystem::path> list_landmark_cache(const std::filesystem::path& folder,
                                                       bool held_out);

// All faces of some files in memory.
struct LandmarkFaces {
  std::vector<std::uint8_t> crops;  // [count, 192, 192, 3]
  std::vector<float> points;        // [count, 68, 2]
  std::vector<float> yaw_deg;       // [count]
  int count() const { return int(yaw_deg.size()); }
  const std::uint8_t* crop(int i) const {
    return crops.data() + std::size_t(i) * kLandmarkCachePx * kLandmarkCachePx * 3;
  }
};

// Appends a file's faces. Throws kCorrupt.
void append_landmark_faces(const std::filesystem::path& file, LandmarkFaces& faces);

}  // namespace portrait
