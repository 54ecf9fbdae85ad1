// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"

#include <filesystem>
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
  Tensor occupancy_weight;  // [B,N] 1; frontal: 0 where the front does not tell
  Tensor surface_points;    // [B,M,3]
  Tensor surface_rgb;       // [B,M,3]
  Tensor patch;             // [B,4,128,128] RGB over 0.5, alpha
  Tensor patch_points;      // [B,32*32,3], zero where patch_hit is 0
  Tensor patch_hit;         // [B,32*32]
  Tensor patch_depth;       // [B,32,32]
  Tensor patch_cameras;     // [B,18]; always on the CPU, where rays are made of it

  SubjectBatch to(at::Device device) const;
};

// Draws batches, on the CPU, from a subject cache, whose files stay memory-mapped. The same exposure and white
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
    // Only what is seen from within 45 degrees of the front (core/training/frontal_view.h):
    //   - photos and patches of cameras turned no further; subjects that lack either are passed
    //     over (a patch carries its picture, its surface and depth of its own view);
    //   - surface points that a FrontalView sees;
    //   - occupancy where a FrontalView tells it and the cache agrees: rough cells are wrong at
    //     edges, and where they are nothing is taught. The labels stay the cache's.
    bool frontal = false;
  };

  // Opens all files. Throws kNotFound (none), kCorrupt (no safetensors file).
  SubjectBatches(const std::vector<std::filesystem::path>& files, const Options& options);

  std::size_t subjects() const { return files_.size(); }
  // From any thread. Throws kBadInput if of many subjects none has frontal photos and patches.
  SubjectBatch draw(RandomStream& random) const;

 private:
  // A subject, and which of its photos and patches may be drawn.
  struct Choice {
    std::size_t index;
    std::vector<int> photos;
    std::vector<int> patches;
  };

  // What the front tells of a subject, of which making it anew takes longer than all else.
  struct Front;

  Choice choose(RandomStream& random) const;
  // Made when first asked for.
  const Front& front_of(std::size_t index, const Tensor& surface) const;

  Options options_;
  std::filesystem::path folder_;
  std::vector<SafetensorsFile> files_;
  std::shared_ptr<Front[]> fronts_;  // by subject
};

}  // namespace portrait
