// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/fov_evaluation.h"

#include "app/cli/pose_figures.h"
#include "app/cli/prior_head.h"
#include "app/cli/prior_table.h"
#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmark_net.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"

#include <algorithm>
#include <cmath>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kAgreement = 0.01;

// What intake does once the camera is known.
PreparedPhoto cut_by(const Image& rgba, const Camera& camera, const PrepareOptions& options) {
  PreparedPhoto out;
  const Image alpha = channels_of(rgba, 3, 1);
  out.photo = over_grey(rgba, alpha, options.background);
  out.photo_camera = out.pose.camera = camera;
  describe_pose(out.pose);
  out.alignment = align_head(camera, rgba.width, rgba.height, options.crop_size);
  out.crop_camera = out.alignment.crop_camera;
  out.crop = cut_crop(out.photo, out.alignment);
  const Image coverage = warp_coverage(rgba.width, rgba.height, out.alignment.photo_from_crop,
                                       options.crop_size, options.crop_size);
  out.matte = cut_crop(alpha, out.alignment);
  for (std::size_t i = 0; i < out.matte.pixels.size(); ++i) {
    out.matte.pixels[i] *= coverage.pixels[i];
  }
  out.crop_on_background = over_grey(out.crop, coverage, options.background);
  out.background = options.background;
  return out;
}

}  // namespace

FovEvaluation::FovEvaluation(const ModelPack& pack, const GanPrior& prior, const HeldoutSet& set)
    : prior_(prior), set_(set) {
  if (pack.has("landmarks")) prepare_.landmark_net = load_landmark_net(pack);
}

PreparedPhoto FovEvaluation::intake(const Image& photo, const HeldoutPhoto& place,
                                    Source source) const {
  if (source == Source::kExact) return cut_by(photo, place.camera, prepare_);
  PrepareOptions options = prepare_;
  if (source == Source::kTold) options.fov_deg = place.fov_deg;
  return prepare_photo(photo, heldout_photo_name(set_.name(place.subject), place.fov_deg), options);
}

void FovEvaluation::add(Row& row, int subject, const PreparedPhoto& photo,
                        const Camera& truth) const {
  const Field field =
      first_head(prior_, {photo.crop, photo.crop_on_background, photo.matte, photo.crop_camera,
                          photo.background, photo.crop_landmarks});
  const int front = set_.find_view(0, 0);
  const HeldoutView head = PriorHead(field).from(set_.viewpoints()[std::size_t(front)]);
  const HeldoutView view = set_.view(subject, front);
  const double error = depth_error(head.depth, view.depth, seen_in_both(head, view));
  row.depth_error.push_back(error);
  row.by_subject[subject] = error;
  row.pose_error_deg.push_back(angle_between_deg(truth, photo.pose.camera));
  row.found_fov_deg.push_back(photo.pose.fov_deg);
}

void FovEvaluation::measure(int subject) {
  for (std::size_t p = 0; p < set_.photos().size(); ++p) {
    const HeldoutPhoto& place = set_.photos()[p];
    if (place.subject != subject) continue;
    const Image photo = set_.photo(static_cast<int>(p));
    for (const Source source : {Source::kExact, Source::kTold, Source::kSolved}) {
      Row& row = rows_[{source, place.fov_deg}];
      ++row.photos;
      try {
        add(row, subject, intake(photo, place, source), place.camera);
      } catch (const Error& e) {
        if (e.code() != ErrorCode::kNoFace) throw;
      }
    }
  }
}

Json FovEvaluation::difference(Source source) const {
  const auto low = rows_.find({source, kHeldoutPhotoFovs.front()});
  const auto high = rows_.find({source, kHeldoutPhotoFovs.back()});
  std::vector<double> signed_differences;
  std::vector<double> differences;
  if (low != rows_.end() && high != rows_.end()) {
    for (const auto& [subject, error] : low->second.by_subject) {
      const auto other = high->second.by_subject.find(subject);
      if (other == high->second.by_subject.end()) continue;
      signed_differences.push_back(other->second - error);
      differences.push_back(std::abs(other->second - error));
    }
  }
  const double largest =
      differences.empty() ? 0 : *std::max_element(differences.begin(), differences.end());
  return {{"subjects", differences.size()},
          {"mean_difference", mean(differences)},
          {"largest_difference", largest},
          {"difference_of_means", mean(signed_differences)},
          {"at_most", kAgreement},
          {"reached", !differences.empty() && mean(differences) <= kAgreement}};
}

Json FovEvaluation::facts() const {
  constexpr std::array<std::pair<Source, const char*>, 3> kNames = {
      {{Source::kExact, "exact"}, {Source::kTold, "told"}, {Source::kSolved, "solved"}}};
  Json rows = Json::array();
  Json differences = Json::array();
  for (const auto& [source, name] : kNames) {
    for (const auto& [key, row] : rows_) {
      if (key.first != source) continue;
      rows.push_back({{"camera", name},
                      {"fov_deg", key.second},
                      {"photos", row.photos},
                      {"found", row.depth_error.size()},
                      {"depth_error", mean(row.depth_error)},
                      {"pose_error_deg", mean(row.pose_error_deg)},
                      {"found_fov_deg", mean(row.found_fov_deg)}});
    }
    Json entry = {{"camera", name}};
    entry.update(difference(source));
    differences.push_back(entry);
  }
  return {{"rows", rows}, {"differences", differences}};
}

}  // namespace portrait::cli
