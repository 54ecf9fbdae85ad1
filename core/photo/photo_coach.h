// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/photo/face_detector.h"
#include "core/photo/finding_texts.h"
#include "core/photo/head_pose.h"
#include "core/photo/landmarks68.h"

#include <vector>

namespace portrait {

struct CoachInput {
  const Image* photo = nullptr;
  int face_count = 1;
  bool face_chosen = false;  // by the caller
  const Points2* points = nullptr;
  const HeadPose* pose = nullptr;
  double confidence = 1;
};

// What the head's height in photo pixels is (chin to top of the skull, from the pose).
double head_height_px(const HeadPose& pose, int photo_width, int photo_height);

// Variance of the Laplacian over the face, scaled to a face 160 px wide and divided by the
// variance of its luma: low = blurred. About 0.01 blurred, 0.1 sharp.
double face_sharpness(const Image& photo, const Points2& points);

std::vector<Finding> coach(const CoachInput& input);

}  // namespace portrait
