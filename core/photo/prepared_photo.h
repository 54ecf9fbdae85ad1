// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/photo/align.h"
#include "core/photo/face_detector.h"
#include "core/photo/head_pose.h"
#include "core/photo/landmarks68.h"
#include "core/photo/photo_coach.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

class LandmarkNet;
class MatteNet;

struct PrepareOptions {
  int face = -1;  // 0-based, left to right; -1: the largest
  // Without a network the cascades' eyes give size and roll only.
  std::shared_ptr<const LandmarkNet> landmark_net;
  std::shared_ptr<const MatteNet> matte_net;  // without it the person is cut out by GrabCut
  std::optional<double> fov_deg;  // horizontal, of the upright photo; overrides EXIF
  int crop_size = 512;
  float background = 0.5F;  // the constant background of photo, renders and targets
  double min_confidence = 0.35;  // below: fall back to the eyes
  std::int64_t max_kept_pixels = 24'000'000;  // larger photos are kept reduced
};

// All that the later stages know of a photo. Plain data.
struct PreparedPhoto {
  std::string name;  // file name, for messages and the project
  Image photo;       // full resolution, upright, 3 channels
  Camera photo_camera;
  HeadPose pose;
  std::optional<double> exif_fov_deg;  // horizontal, as EXIF has it
  Points2 landmarks;       // 68, photo pixels (projected mean head in the fallback)
  Points2 crop_landmarks;  // the same in crop pixels
  double landmark_confidence = 0;
  std::vector<FaceBox> faces;  // left to right
  int face = 0;                // the chosen one

  Alignment alignment;
  Camera crop_camera;  // = alignment.crop_camera
  Image crop;          // crop_size^2 x 3, as photographed
  Image matte;         // crop_size^2 x 1, soft, 0 outside the photo
  Image crop_on_background;  // the person over the constant background, rim decontaminated
  bool matte_from_alpha = false;
  float background = 0.5F;

  std::vector<Finding> findings;
  std::vector<std::pair<std::string, double>> seconds;  // per part, in order; last is "total"
};

// From a file or a picture to the canonical crop, its camera, matte and findings.
// Throws what read_image throws, kNoFace (with advice), kBadUsage (face index out of range).
PreparedPhoto prepare_photo(const std::filesystem::path& path, const PrepareOptions& options = {});
// photo: 3 or 4 channels (the fourth is the matte); focal_35mm as in EXIF.
PreparedPhoto prepare_photo(const Image& photo, const std::string& name,
                            const PrepareOptions& options = {},
                            std::optional<double> focal_35mm = std::nullopt);

}  // namespace portrait
