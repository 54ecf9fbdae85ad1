// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/image/resample.h"
#include "core/photo/face_detector.h"
#include "core/photo/landmarks68.h"

#include <vector>

namespace portrait {

class LandmarkNet;

struct FaceLandmarks {
  Points2 points;              // 68, photo pixels
  std::vector<double> scale;   // expected error of each, photo pixels
  double face_probability = 0; // of the network, in the last crop
  // 0 to 1: face_probability, lowered when the points are uncertain or the passes disagree.
  double confidence = 0;
};

// The square crop that the network sees, from a box or from points: photo <- crop (128 px).
Affine2 landmark_crop(const FaceBox& box);
Affine2 landmark_crop(const Points2& points);

// Crops round the box, finds the points, crops round the points again, and so on.
FaceLandmarks find_landmarks(const LandmarkNet& net, const Image& photo, const FaceBox& box,
                             int passes = 3);

// Points and scales as the means of ten looks at a face that was found: crops turned by 7 degrees,
// a tenth larger or smaller, and all of them mirrored. A tenth nearer the truth than one look.
// What it is believed to be stays as it was found.
FaceLandmarks looked_at_again(const LandmarkNet& net, const Image& photo,
                              const FaceLandmarks& found);

// Boxes that the network itself takes for faces, from windows of several sizes over the whole
// photo, best first and not on each other; for photos where the cascades see nothing. At most
// `most`. Costs about 200 runs of the network.
std::vector<FaceBox> scan_for_faces(const LandmarkNet& net, const Image& photo, int most = 3);

}  // namespace portrait
