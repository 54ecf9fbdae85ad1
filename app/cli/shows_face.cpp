// SPDX-License-Identifier: Apache-2.0
#include "app/cli/shows_face.h"

#include "core/metrics/image_metrics.h"
#include "core/photo/face_detector.h"

namespace portrait::cli {

bool shows_face(const Image& rgba) {
  DetectOptions options;
  options.min_face_fraction = 0.2;
  options.try_turned = false;
  return !detect_faces(composite_on_grey(rgba), options).empty();
}

}  // namespace portrait::cli
