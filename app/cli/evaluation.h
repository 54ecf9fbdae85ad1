// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace portrait {
class HeldoutSet;
class ModelPack;
}  // namespace portrait

namespace portrait::cli {

// Both return {"subjects", "rows": [{"name", "azimuth_deg"?, <metric>...}], "mean": {<metric>...}}
// and what else the command's page says; metric names are those of METHOD.
using EvaluationProgress = std::function<void(int done, int of)>;

// A finished head. Rows:
//   render        every 15 degrees: face (by FaceTeller, with the pack that ships),
//                 silhouette_width and head_width (above the chin) relative to azimuth 0; and at
//                 180 detail_correlation with the mirrored front
//   front         at the photo's own camera: psnr_db inside the matte, mask_iou
//   blurred_crop  psnr_db of the crop blurred by sigma = 2 px against itself
// mean: of row front, and detail_correlation of the back; nothing is averaged over azimuths.
// Throws what load_project() and default_pack_folder() throw.
nlohmann::ordered_json evaluate_head(const std::filesystem::path& project,
                                     const EvaluationProgress& progress, std::stop_token stop);

// Table 1 (Sec. 4): heads beside their photos from five viewpoints, by the networks of `judges`
// (app/cli/picture_judge.h). Rows front, left_frontal (45 degrees), left (90), right_frontal,
// right: means over subjects; then the same of each "subject". mean: over views, then subjects.
// "absent": the metrics without a network, and why.
struct Table1Evaluation {
  std::vector<std::filesystem::path> heads;  // photos, of which heads are made; or projects
  std::filesystem::path judges;              // a pack
  std::filesystem::path pack;                // that makes heads; empty: the one that ships
  Settings settings;
};
nlohmann::ordered_json evaluate_table1(const Table1Evaluation& options,
                                       const EvaluationProgress& progress, std::stop_token stop);

// The prior alone on the held-out set. Rows `prior`, `mean_head` and, over the quoted views alone,
// `nearest_head` (core/training/nearest_head.h), per view and, without azimuth_deg, averaged over
// the views named in "views"; "beats": prior against the other two per metric; "targets": what is
// asked of the prior and of the set, and whether it is reached (app/cli/prior_table.h);
// heads on which a FaceTeller finds a face from azimuth 120 on are counted among them, and of how
// many fronts (within 30 degrees) and true backs it tells one stands in "faces_told";
// "fields_of_view": heads of photos (app/cli/fov_evaluation.h). mean: the row prior over azimuths
// 45, 90, 135, 180. The sheet: the first subjects from the front (which is the photo) and from the
// quoted views, true above and the prior's below.
struct PriorEvaluation {
  int subjects = 0;             // 0: all of the set
  std::filesystem::path sheet;  // empty: none
  int shown = 6;                // subjects on the sheet
};
nlohmann::ordered_json evaluate_prior(const ModelPack& pack, const HeldoutSet& set,
                                      const PriorEvaluation& options,
                                      const EvaluationProgress& progress, std::stop_token stop);

// A network on the portraits held out of a portrait cache, of which the truth is known, and on
// photos. The sheet shows the first portraits, then the photos.
struct PortraitEvaluation {
  std::filesystem::path cache;
  int portraits = 0;            // 0: all
  std::filesystem::path sheet;  // empty: none
  int shown = 8;                // portraits on the sheet
  std::vector<std::filesystem::path> photos;
};

// A photo of a portrait cache.
struct PortraitPlace {
  std::filesystem::path file;
  int index = 0;
};
// Those that `options` asks for. Throws kNotFound when nobody is held out in the cache.
std::vector<PortraitPlace> held_out_portraits(const PortraitEvaluation& options);

// Landmarks and head pose as photo intake finds them, of portraits at their full 512 pixels, with
// their true mattes. Rows `portraits` and, of those turned at most 50 degrees, another: face_found
// (share), nme_percent by the outer eye corners and pose_error_deg (of the camera's rotation), each
// as mean and median, fov_error_percent (of the focal length, which nothing tells but the face).
// mean: the second row. The sheet: true points red, found ones green.
nlohmann::ordered_json evaluate_landmarks(const ModelPack& pack, const PortraitEvaluation& options,
                                          const EvaluationProgress& progress,
                                          std::stop_token stop);

// The matting network, portraits cut by their exact cameras. Rows `network` and `grabcut`:
// mask_iou, worst_mask_iou, mae, gradient_error (of 512 x 512 mattes), seconds. mean: the row
// network. Photos are on the sheet only. The sheet: crop, then each row's cut over green.
nlohmann::ordered_json evaluate_matting(const ModelPack& pack, const PortraitEvaluation& options,
                                        const EvaluationProgress& progress, std::stop_token stop);

// The picture autoencoder, there and back through the mean of its posterior. Row `portraits` is a
// mean over the held-out photos; the photos given follow, each as its canonical crop of 512 under
// its file's name: psnr_db, ssim, sharpness, detail_correlation, of whole pictures;
// latent_deviation of the row portraits in diffusion's units. mean: the row portraits. The sheet:
// picture, what comes back, their difference four times as strong on grey.
nlohmann::ordered_json evaluate_vae(const ModelPack& pack, const PortraitEvaluation& options,
                                    const EvaluationProgress& progress, std::stop_token stop);

}  // namespace portrait::cli
