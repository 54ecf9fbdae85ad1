// SPDX-License-Identifier: Apache-2.0
#include "core/training/heldout_description.h"

#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/training/heldout.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace portrait {
namespace {

std::vector<double> rows_of(const Camera& camera) {
  std::vector<double> matrix;
  for (int i = 0; i < 16; ++i) matrix.push_back(camera.world_from_camera(i / 4, i % 4));
  return matrix;
}

}  // namespace

std::string heldout_subject_name(int index) {
  return fmt::format("subject_{:02}", index);
}
std::string training_subject_name(int number) {
  return fmt::format("training_{:04}", number);
}

std::vector<HeldoutSetView> heldout_set_views() {
  std::vector<HeldoutSetView> views;
  for (const RigView& view : standard_viewpoint_rig()) views.push_back({view.viewpoint, true});
  for (const double azimuth : kQuotedAzimuths) {
    const bool there = std::any_of(views.begin(), views.end(), [&](const HeldoutSetView& view) {
      return view.viewpoint.azimuth_deg == azimuth && view.viewpoint.elevation_deg == 0;
    });
    if (!there) views.push_back({{azimuth, 0}, false});
  }
  return views;
}

nlohmann::ordered_json heldout_description(const HeldoutOptions& options,
                                           const NearestHeads& nearest) {
  nlohmann::ordered_json json;
  json["format"] = kHeldoutSetFormat;
  json["size"] = HeldoutFormat::kSize;
  json["depth"] = {{"size", HeldoutFormat::kDepthSize},
                   {"offset", HeldoutFormat::kDepthOffset},
                   {"step", HeldoutFormat::kDepthStep},
                   {"meaning",
                    "distance along the pixel's unit ray in units of 40 cm = offset + "
                    "step * value; 0 = empty"}};
  for (const HeldoutSetView& view : heldout_set_views()) {
    const Camera camera = rig_camera(view.viewpoint);
    json["views"].push_back({{"name", heldout_view_name(view.viewpoint)},
                             {"azimuth_deg", view.viewpoint.azimuth_deg},
                             {"elevation_deg", view.viewpoint.elevation_deg},
                             {"standard", view.standard},
                             {"focal", camera.focal_x},
                             {"world_from_camera", rows_of(camera)}});
  }
  json["photos"] = nlohmann::ordered_json::array();
  for (int i = 0; i < options.subjects; ++i) {
    json["subjects"].push_back({{"name", heldout_subject_name(i)},
                                {"index", i},
                                {"nearest_head",
                                 {{"name", training_subject_name(nearest.nearest(i))},
                                  {"front_psnr_db", nearest.psnr_db(i)}}}});
    for (const double fov : kHeldoutPhotoFovs) {
      if (i >= options.photo_subjects) continue;
      const Camera camera = heldout_photo_camera(i, fov);
      json["photos"].push_back({{"subject", heldout_subject_name(i)},
                                {"fov_deg", fov},
                                {"focal", camera.focal_x},
                                {"world_from_camera", rows_of(camera)}});
    }
  }
  json["seed"] = options.seed;
  json[kMeanHeadFolder] = {{"subjects", options.mean_subjects},
                           {"first", options.mean_first},
                           {"seed", options.training_seed}};
  json["provenance"] =
      "Synthetic, drawn by `portrait synth --heldout`. Head shapes from the ICT Face Model Light "
      "(USC ICT, MIT licence), some hair from CC0 meshes of the MakeHuman community.";
  return json;
}

}  // namespace portrait
