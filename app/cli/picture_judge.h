// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/nn/torch.h"
#include "core/perception/face_alignment.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace portrait {
class ClipVisionEncoder;
class FaceIdentity;
class IResNet;
class Lpips;
class ModelPack;
class PerceptualDistance;
}  // namespace portrait

namespace portrait::cli {

// A picture of a head and where its five points are, which no detector finds in a profile: those of
// the mean head, as the picture's camera sees them.
struct JudgedPicture {
  Tensor picture;  // [3, S, S], sRGB in [0, 1], over mid-grey
  FacePoints points;

  JudgedPicture(const Image& over_grey, const Camera& camera);
};

// What the networks of a pack say of a view of a head beside the photo that it was made of (METHOD,
// Metrics): clip_i ("clip_vision"), lpips ("lpips"), id ("arcface"), id_compact and
// perceptual_compact (the networks of those names, which ship: never to be set beside published
// numbers). Those that a pack lacks are named as absent.
class PictureJudge {
 public:
  // Throws kCorrupt.
  explicit PictureJudge(const ModelPack& pack);
  ~PictureJudge();

  // {metric: value} of the networks that are there.
  nlohmann::ordered_json judge(const JudgedPicture& photo, const JudgedPicture& view) const;
  // {metric: why there is no number}
  const nlohmann::ordered_json& absent() const { return absent_; }

 private:
  std::shared_ptr<const ClipVisionEncoder> clip_;
  std::shared_ptr<const Lpips> lpips_;
  std::shared_ptr<const IResNet> arcface_;
  std::shared_ptr<const FaceIdentity> id_compact_;
  std::shared_ptr<const PerceptualDistance> perceptual_compact_;
  nlohmann::ordered_json absent_ = nlohmann::ordered_json::object();
};

}  // namespace portrait::cli
