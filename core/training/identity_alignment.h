// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/image/resample.h"
#include "core/photo/landmarks68.h"

#include <array>

namespace portrait {

// Where a crop of 112 x 112 pixels has the eyes, the tip of the nose and the corners of the mouth,
// the viewer's left first (the template of ArcFace, Deng et al., CVPR 2019).
inline constexpr std::array<std::array<double, 2>, 5> kFaceTemplate = {{{38.2946, 51.6963},
                                                                        {73.5318, 51.5014},
                                                                        {56.0252, 71.7366},
                                                                        {41.5493, 92.3655},
                                                                        {70.7299, 92.2041}}};

// The similarity that brings a face's 68 points nearest to the template in the least squares
// (Umeyama, PAMI 1991), as photo <- crop, so that warp_affine() cuts it; `margin_px` pixels more at
// each side. landmarks: photo pixels.
Affine2 photo_from_face(const Points2& landmarks, int margin_px = 0);

}  // namespace portrait
