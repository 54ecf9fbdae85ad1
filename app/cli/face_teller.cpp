// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/face_teller.h"

#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/photo/face_detector.h"
#include "core/photo/landmark_finder.h"
#include "core/photo/landmark_net.h"

namespace portrait::cli {
namespace {

constexpr double kFaceProbability = 0.5;

}  // namespace

FaceTeller::FaceTeller(const ModelPack& pack)
    : landmarks_(pack.has("landmarks") ? load_landmark_net(pack) : nullptr) {}

bool FaceTeller::shows_face(const Image& rgba) const {
  const Image picture = composite_on_grey(rgba);
  DetectOptions options;
  options.min_face_fraction = 0.2;
  options.try_turned = false;
  if (landmarks_) {
    options.accept = [&](const FaceBox& box) {
      return find_landmarks(*landmarks_, picture, box).face_probability > kFaceProbability;
    };
  }
  return !detect_faces(picture, options).empty();
}

}  // namespace portrait::cli
