// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluate_identity.h"

#include "core/base/error.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/nn/safetensors.h"
#include "core/photo/head_pose.h"
#include "core/pipeline/image_tensor.h"
#include "core/training/cached_camera.h"
#include "core/training/id_trainer.h"
#include "core/training/identity_alignment.h"
#include "core/training/perceptual_trainer.h"
#include "core/training/portrait_cache.h"
#include "core/training/training_pictures.h"

#include <array>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::array<double, 3> kAzimuths = {30, kIdentityAzimuthDeg, 90};

// Cut as the identity cache holds faces.
void append_portraits(const fs::path& file, IdentityFaces& faces) {
  std::vector<Tensor> cut;
  std::vector<float> azimuths;
  for (int i = 0; i < portraits_in(file); ++i) {
    const CachedPortrait portrait = read_portrait(file, i);
    Points2 points;
    for (const auto& p : portrait.landmarks) points.emplace_back(p[0], p[1]);
    cut.push_back(
        bytes_of_image(warp_affine(portrait.photo, photo_from_face(points, kIdentityMarginPx),
                                   kIdentityCachePx, kIdentityCachePx)));
    HeadPose pose;
    pose.camera = cached_camera(portrait.camera);
    describe_pose(pose);
    azimuths.push_back(float(pose.yaw_deg));
  }
  const Tensor pixels = at::stack(cut).permute({0, 2, 3, 1}).contiguous();
  faces.add_person(pixels.data_ptr<std::uint8_t>(), azimuths);
}

// Of either cache: held-out people's files are named alike in both.
IdentityFaces held_out_faces(const fs::path& cache) {
  IdentityFaces faces;
  for (const fs::path& file : list_identity_cache(cache, true)) {
    if (SafetensorsFile(file).contains("photo_0")) {
      append_portraits(file, faces);
    } else {
      append_identity_faces(file, faces);
    }
  }
  check(faces.people() > 0, ErrorCode::kNotFound,
        "There are no people held out in \"{}\"; fill it with `portrait synth --identities "
        "--validation` first, or use tests/data/portraits",
        cache.string());
  return faces;
}

Json identity_row(const FaceIdentity& net, const IdentityFaces& faces, double azimuth_deg) {
  const IdentityScore score = score_identity(net, faces, azimuth_deg);
  return {{"name", "id_compact"},     {"azimuth_deg", azimuth_deg},
          {"auc", score.auc},         {"equal_error_rate", score.equal_error_rate},
          {"same_pairs", score.same}, {"different_pairs", score.different}};
}

// A metric of pictures, more = more alike, as a distance of batches.
PictureDistance distance_of(double (*likeness)(const Image&, const Image&)) {
  return [likeness](const Tensor& reference, const Tensor& picture) {
    const Tensor distances = at::empty({reference.size(0)}, at::kDouble);
    for (std::int64_t i = 0; i < reference.size(0); ++i) {
      distances[i] = -likeness(image_of_tensor(picture[i]), image_of_tensor(reference[i]));
    }
    return distances;
  };
}

Json choice_row(const char* name, const PictureDistance& distance, const IdentityFaces& faces,
                int triplets) {
  const ForcedChoiceScore score = score_forced_choice(distance, faces, triplets);
  const auto of = [&](Comparison comparison) { return score.of[std::size_t(comparison)]; };
  return {{"name", name},
          {"right", score.all},
          {"right_strength", of(Comparison::kStrength)},
          {"right_kinds", of(Comparison::kKinds)},
          {"right_added", of(Comparison::kAdded)}};
}

}  // namespace

Json evaluate_identity(const ModelPack& pack, const IdentityEvaluation& options,
                       const EvaluationProgress& progress, std::stop_token stop) {
  const bool tells_people = pack.has("id_compact");
  const bool tells_distance = pack.has("perceptual_compact");
  check(
      tells_people || tells_distance, ErrorCode::kNotFound,
      "The pack \"{}\" has no network that compares faces (id_compact, perceptual_compact); train "
      "one with `portrait train id` or `portrait train perceptual`",
      pack.name());
  const IdentityFaces faces = held_out_faces(options.cache);
  const int parts = (tells_people ? int(kAzimuths.size()) : 0) + (tells_distance ? 3 : 0);
  int done = 0;
  Json facts = {{"people", faces.people()}, {"faces", faces.count()}};
  Json mean = Json::object();
  if (tells_people) {
    const auto net = FaceIdentity::load(pack);
    Json rows = Json::array();
    for (const double azimuth : kAzimuths) {
      if (stop.stop_requested()) return {};
      rows.push_back(identity_row(*net, faces, azimuth));
      progress(++done, parts);
      if (azimuth != kIdentityAzimuthDeg) continue;
      mean["auc"] = rows.back()["auc"];
      mean["equal_error_rate"] = rows.back()["equal_error_rate"];
    }
    facts["identity"] = rows;
  }
  if (tells_distance) {
    const auto net = PerceptualDistance::load(pack);
    Json rows = Json::array();
    const auto add = [&](const char* name, const PictureDistance& distance) {
      if (stop.stop_requested()) return;
      rows.push_back(choice_row(name, distance, faces, options.triplets));
      progress(++done, parts);
    };
    add("perceptual_compact", [&](const Tensor& a, const Tensor& b) { return (*net)(a, b); });
    add("psnr_db", distance_of(psnr_db));
    add("ssim", distance_of(ssim));
    if (stop.stop_requested()) return {};
    mean["right"] = rows.front()["right"];
    facts["forced_choice"] = rows;
  }
  facts["mean"] = mean;
  return facts;
}

}  // namespace portrait::cli
