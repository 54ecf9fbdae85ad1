// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <functional>
#include <vector>

namespace portrait {

// A square-ish box round a face as the cascades draw it: brows to chin and a margin.
struct FaceBox {
  double x = 0;  // photo pixels, top left
  double y = 0;
  double width = 0;
  double height = 0;
  double roll_deg = 0;    // the turn at which it was found; positive: head leans clockwise
  double score = 0;       // neighbours that agreed; compare within one photo only
  bool profile = false;   // found by the profile cascade only
  bool has_eyes = false;  // both eyes were found in its upper half
  // Eye centres in photo pixels, image left first, when has_eyes.
  double left_eye_x = 0, left_eye_y = 0, right_eye_x = 0, right_eye_y = 0;

  double centre_x() const { return x + width / 2; }
  double centre_y() const { return y + height / 2; }
};

struct DetectOptions {
  double min_face_fraction = 0.06;  // of the shorter side
  bool try_turned = true;           // +-20 and +-40 degrees when nothing stands upright
  bool try_profile = true;
  // A second opinion: what it turns down is dropped, and the next way of looking is tried when
  // nothing is left. Empty: everything is taken.
  std::function<bool(const FaceBox&)> accept;
};

// Viola-Jones cascades of OpenCV (package opencv-data): two frontal ones, then the profile one on
// both sides, then the frontal one on the turned picture; the first that finds anything decides.
// Sorted left to right. Empty when there is no face.
// Throws kNotFound naming the package when the cascade files are absent.
std::vector<FaceBox> detect_faces(const Image& photo, const DetectOptions& options = {});

}  // namespace portrait
