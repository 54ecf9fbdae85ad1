// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/training/heldout_pictures.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// The held-out set: subjects that no network was trained on, drawn once from many sides, so that
// anyone can rerun the evaluation of the prior. A folder of pictures that any viewer opens:
//   heldout.json            sizes, viewpoints with their cameras, scale of the depths, each
//                           subject's nearest head, the photos' cameras, provenance
//   subject_00/VIEW.webp    256 x 256 RGBA, lossy at a high quality, without highlights, not
//                           premultiplied
//   subject_00/VIEW_depth.png  128 x 128, 16 bit: distance along the pixel's ray, HeldoutFormat
//   mean_head/...           the same for the average training subject
//   training_0123/...       of those training subjects the ones that are nearest to a held-out
//                           one (nearest_head.h), their quoted views alone
//   subject_00/photo_fov15.webp  512 x 512 RGBA: photos for which the field of view is told or
//                           solved, see HeldoutPhoto
// VIEW is az+030_el+00 and so on: the 13 standard viewpoints, and those azimuths which the figures
// of the prior are quoted at and the rig lacks.
inline constexpr std::array<double, 4> kQuotedAzimuths = {45, 90, 135, 180};

// A photo of a subject with highlights, the matte as its alpha, the principal point in its middle.
// All photos of a subject show the head from one side and, by the distance, in one size.
struct HeldoutPhoto {
  int subject = 0;
  double fov_deg = 0;  // horizontal
  Camera camera;
};
inline constexpr int kHeldoutPhotoPx = 512;
inline constexpr std::array<double, 2> kHeldoutPhotoFovs = {15, 70};
// Path in the set's folder.
std::string heldout_photo_name(const std::string& subject, double fov_deg);

// Reads it, one view at a time.
class HeldoutSet {
 public:
  // Throws kNotFound (no heldout.json), kCorrupt (malformed), kUnsupported (of another format).
  static HeldoutSet open(const std::filesystem::path& folder);

  int subjects() const { return static_cast<int>(subjects_.size()); }
  const std::vector<Viewpoint>& viewpoints() const { return viewpoints_; }
  bool is_standard(int view) const { return standard_[std::size_t(view)]; }
  // Index of a viewpoint. Throws kCorrupt when the set lacks it.
  int find_view(double azimuth_deg, double elevation_deg) const;
  // Those of kQuotedAzimuths at elevation 0.
  std::vector<int> quoted_views() const;
  std::string name(int subject) const { return subjects_[std::size_t(subject)].name; }
  std::string nearest_name(int subject) const { return subjects_[std::size_t(subject)].nearest; }
  const std::vector<HeldoutPhoto>& photos() const { return photos_; }

  // Throw what read_image throws, kCorrupt (of another size).
  HeldoutView view(int subject, int view) const;
  HeldoutView mean_view(int view) const;
  HeldoutView nearest_view(int subject, int view) const;  // quoted views alone, else kNotFound
  Image photo(int photo) const;

 private:
  struct Subject {
    std::string name;
    std::string nearest;
  };
  std::filesystem::path folder_;
  std::vector<Subject> subjects_;
  std::vector<Viewpoint> viewpoints_;
  std::vector<bool> standard_;
  std::vector<HeldoutPhoto> photos_;
};

// What the drawing writes and the reading expects.
inline constexpr int kHeldoutSetFormat = 2;
inline constexpr const char* kMeanHeadFolder = "mean_head";

}  // namespace portrait
