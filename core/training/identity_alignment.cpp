// SPDX-License-Identifier: Apache-2.0
#include "core/training/identity_alignment.h"

#include "core/image/fit_similarity.h"

#include <cstddef>

namespace portrait {

Affine2 photo_from_face(const Points2& landmarks, int margin_px) {
  const std::array<Eigen::Vector2d, 5> found = {eye_centre(landmarks, true),
                                                eye_centre(landmarks, false), landmarks[30],
                                                landmarks[48], landmarks[54]};
  std::array<Eigen::Vector2d, 5> in_crop;
  for (std::size_t i = 0; i < in_crop.size(); ++i) {
    in_crop[i] = {kFaceTemplate[i][0] + margin_px, kFaceTemplate[i][1] + margin_px};
  }
  return fit_similarity(in_crop, found);
}

}  // namespace portrait
