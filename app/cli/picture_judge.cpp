// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/picture_judge.h"

#include "core/clip/clip_vision_encoder.h"
#include "core/nn/model_pack.h"
#include "core/perception/face_identity.h"
#include "core/perception/iresnet.h"
#include "core/perception/lpips.h"
#include "core/perception/perceptual_distance.h"
#include "core/perception/similarity.h"
#include "core/pipeline/image_tensor.h"
#include "core/prior/portrait4d/face_crop.h"

#include <fmt/format.h>

namespace portrait::cli {
namespace {

Tensor batch(const Tensor& picture) { return picture.unsqueeze(0); }

}  // namespace

JudgedPicture::JudgedPicture(const Image& over_grey, const Camera& camera)
    : picture(tensor_of_image(over_grey)),
      points(five_points(camera, picture.size(2), picture.size(1))) {}

PictureJudge::PictureJudge(const ModelPack& pack) {
  const auto load = [&](const char* id, const char* metric, const auto& loader) {
    if (pack.has(id)) {
      loader();
    } else {
      absent_[metric] = fmt::format("the pack {} has no network \"{}\"", pack.name(), id);
    }
  };
  load("clip_vision", "clip_i", [&] { clip_ = load_clip_vision(pack); });
  load("lpips", "lpips", [&] { lpips_ = load_lpips(pack); });
  load("arcface", "id", [&] { arcface_ = load_arcface(pack); });
  load("id_compact", "id_compact", [&] { id_compact_ = FaceIdentity::load(pack); });
  load("perceptual_compact", "perceptual_compact",
       [&] { perceptual_compact_ = PerceptualDistance::load(pack); });
}

PictureJudge::~PictureJudge() = default;

nlohmann::ordered_json PictureJudge::judge(const JudgedPicture& photo,
                                           const JudgedPicture& view) const {
  const at::NoGradGuard no_grad;
  const Tensor whole_a = batch(photo.picture);
  const Tensor whole_b = batch(view.picture);
  const Tensor face_a = batch(aligned_face(photo.picture, photo.points));
  const Tensor face_b = batch(aligned_face(view.picture, view.points));
  nlohmann::ordered_json found = nlohmann::ordered_json::object();
  const auto keep = [&](const char* metric, const Tensor& value) {
    found[metric] = value.item<double>();
  };
  if (clip_) keep("clip_i", clip_similarity(*clip_, whole_a, whole_b));
  if (lpips_) keep("lpips", (*lpips_)(whole_a * 2 - 1, whole_b * 2 - 1));
  if (arcface_) keep("id", identity_similarity(*arcface_, face_a, face_b));
  if (id_compact_) {
    keep("id_compact", row_cosines(id_compact_->embed(face_a), id_compact_->embed(face_b)));
  }
  if (perceptual_compact_) keep("perceptual_compact", (*perceptual_compact_)(face_a, face_b));
  return found;
}

}  // namespace portrait::cli
