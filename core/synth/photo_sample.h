// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"
#include "core/camera/camera.h"
#include "core/synth/render_subject.h"
#include "core/synth/subject_mesh.h"

#include <array>

namespace portrait {

struct PhotoOptions {
  double yaw_deg = 45;  // mostly within +-
  double pitch_deg = 20;
  double roll_deg = 8;
  double fov_low_deg = 13;
  double fov_high_deg = 75;
  int supersampling = 2;
  bool degrade = true;  // white balance, noise, blur, compression
  // false: depth and normals stay empty and no landmark is marked visible; the rest is the same.
  bool geometry = true;
};

// A photo as a phone would take it, with its truth.
struct PhotoSample {
  Image rgb;      // size x size, sRGB-encoded [0, 1], subject over a background
  Image matte;    // 1 channel
  Image clean;    // the subject's own colour without the camera's faults, not premultiplied
  Image depth;    // as in SubjectView
  Image normals;  // as in SubjectView
  Camera camera;
  std::array<Landmark, 68> landmarks;
  double yaw_deg = 0;    // azimuth of the camera round the head
  double pitch_deg = 0;  // elevation
  double roll_deg = 0;
  double fov_deg = 0;
};

// The camera a photo of that key is taken with; same stream as draw_photo.
Camera draw_photo_camera(const RandomKey& key, const PhotoOptions& options = {});

PhotoSample draw_photo(const SubjectMesh& subject, const RandomKey& key, int size,
                       const PhotoOptions& options = {});

}  // namespace portrait
