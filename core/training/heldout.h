// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace portrait {

// The held-out set: subjects that no network was trained on, drawn once from many sides, so that
// anyone can rerun the evaluation of the prior. A folder of pictures that any viewer opens:
//   heldout.json            sizes, viewpoints with their cameras, scale of the depths, provenance
//   subject_00/VIEW.webp    256 x 256 RGBA, lossless, without highlights, not premultiplied
//   subject_00/VIEW_depth.png  16 bit: distance along the pixel's ray, see HeldoutFormat
//   mean_head/...           the same for the average training subject
// VIEW is az+030_el+00 and so on: the 13 standard viewpoints, and azimuth 45, which the figures
// of the prior are quoted at and the rig lacks.
struct HeldoutFormat {
  static constexpr int kSize = 256;
  // Stored 16-bit value v > 0: distance = kDepthOffset + v * kDepthStep world units; 0 = empty.
  // The step is 0.4 mm, the rounding a tenth of a percent of a face's height: finer than any error
  // worth telling, and half the bytes of full depth.
  static constexpr double kDepthOffset = 1.5;
  static constexpr double kDepthStep = 1.0 / 1024;
};

struct HeldoutOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int subjects = 20;
  std::uint64_t seed = 20;  // of the held-out subjects; pinned
  int mean_subjects = 200;  // training subjects in the mean head
  std::uint64_t training_seed = 1;
  int mean_first = 16;  // the first of them; those before validate the trainers
};

// Draws the set. `progress(done, of)` counts subjects, those of the mean head too. Stops between
// subjects; heldout.json is written last. Throws kNotFound (assets), kIo.
void write_heldout(const HeldoutOptions& options,
                   const std::function<void(int done, int of)>& progress,
                   std::stop_token stop = {});

struct HeldoutView {
  Image rgba;   // 256 x 256 x 4
  Image depth;  // 256 x 256 x 1, world units along the ray, 0 = empty
};

// Reads it, one view at a time.
class HeldoutSet {
 public:
  // Throws kNotFound (no heldout.json), kCorrupt (malformed).
  static HeldoutSet open(const std::filesystem::path& folder);

  int subjects() const { return static_cast<int>(subjects_.size()); }
  const std::vector<Viewpoint>& viewpoints() const { return viewpoints_; }
  bool is_standard(int view) const { return standard_[std::size_t(view)]; }
  // Index of a viewpoint. Throws kCorrupt when the set lacks it.
  int find_view(double azimuth_deg, double elevation_deg) const;
  std::string name(int subject) const { return subjects_[std::size_t(subject)]; }

  // Throw what read_image throws, kCorrupt (of another size).
  HeldoutView view(int subject, int view) const;
  HeldoutView mean_view(int view) const;

 private:
  HeldoutView read(const std::string& head, int view) const;

  std::filesystem::path folder_;
  std::vector<std::string> subjects_;
  std::vector<Viewpoint> viewpoints_;
  std::vector<bool> standard_;
};

}  // namespace portrait
