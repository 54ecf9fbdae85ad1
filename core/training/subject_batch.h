// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

namespace portrait {

// What a step of the prior's trainer sees of its subjects; B photos of B subjects.
struct SubjectBatch {
  Tensor photo;             // [B,3,256,256] RGB in [0,1], background at 0.5
  Tensor matte;             // [B,1,256,256]
  Tensor cameras;           // [B,16]
  Tensor occupancy_points;  // [B,N,3] world
  Tensor occupancy;         // [B,N] 0 or 1
  Tensor surface_points;    // [B,M,3]
  Tensor surface_rgb;       // [B,M,3]
  Tensor patch;             // [B,4,128,128] RGB over 0.5, alpha
  Tensor patch_points;      // [B,32*32,3], zero where patch_hit is 0
  Tensor patch_hit;         // [B,32*32]
  Tensor patch_depth;       // [B,32,32]
  Tensor patch_cameras;     // [B,18]
};

// Draws batches from a subject cache, whose files stay memory-mapped. The same exposure and white
// balance change falls on a photo and on all colours of its subject: a photo's head is to come out
// in the photo's own colours. Faults of a camera (blur, noise) and of intake (a rough matte, a
// pose a little off) fall on the photo alone.
class SubjectBatches {
 public:
  struct Options {
    int batch = 4;
    int occupancy_points = 3072;
    int surface_points = 2048;
    bool augment = true;
    double largest_yaw_deg = 180;  // photos turned further are not drawn
  };

  SubjectBatches(std::vector<std::filesystem::path> files, const Options& options);

  std::size_t subjects() const { return files_.size(); }
  SubjectBatch draw(RandomStream& random);

 private:
  const SafetensorsFile& file(std::size_t index);

  Options options_;
  std::vector<std::filesystem::path> files_;
  std::map<std::size_t, std::unique_ptr<SafetensorsFile>> open_;
};

}  // namespace portrait
