// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "app/cli/face_teller.h"
#include "core/camera/camera.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmarks68.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/pipeline.h"
#include "core/project/project_file.h"

#include <memory>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kStepDeg = 15;
constexpr int kSize = 512;
constexpr int kChin = 8;  // of the 68 points

// Where the mean head's chin is in the rig's pictures, as a fraction of their height.
double chin_row(const Camera& camera) {
  return project(camera, mean_landmarks()[kChin]).v;
}

struct Look {
  Image rgba;
  Image alpha;
  double width = 0;
  double head_width = 0;
};

Look look_from(const HeadView& head, double azimuth_deg) {
  const bool neural = !head.field().sr.empty();
  const Camera camera = rig_camera({azimuth_deg, 0});
  Look look;
  look.rgba = head.picture(camera, neural ? kSize / SuperResolution::kScale : kSize, neural).rgba;
  look.alpha = alpha_of(look.rgba);
  look.width = silhouette_width(look.alpha);
  look.head_width = silhouette_width(look.alpha, 0, chin_row(rig_camera({0, 0})));
  return look;
}

}  // namespace

Json evaluate_head(const std::filesystem::path& path, const EvaluationProgress& progress,
                   std::stop_token stop) {
  const LoadedProject project = load_project(path);
  const HeadView head(project.pipeline->head(), LookOptions::from(project.pipeline->settings()));
  const FaceTeller faces(ModelPack::open(default_pack_folder()));
  Json rows = Json::array();
  Json mean = Json::object();
  Look front;
  constexpr int kViews = 360 / kStepDeg;
  for (int i = 0; i < kViews; ++i) {
    if (stop.stop_requested()) return {};
    const int azimuth = i * kStepDeg <= 180 ? i * kStepDeg : i * kStepDeg - 360;
    const Look look = look_from(head, azimuth);
    if (azimuth == 0) front = look;
    Json row = {{"name", "render"},
                {"azimuth_deg", azimuth},
                {"face", faces.shows_face(look.rgba)},
                {"silhouette_width", look.width / front.width},
                {"head_width", look.head_width / front.head_width}};
    if (azimuth == 180) {
      const double correlation = mirrored_front_correlation(
          composite_on_grey(look.rgba), look.alpha, composite_on_grey(front.rgba), front.alpha);
      row["detail_correlation"] = correlation;
      mean["detail_correlation"] = correlation;
    }
    rows.push_back(row);
    progress(i + 1, kViews);
  }
  const FrontMeasure measure = measure_front(head, project.pipeline->photo());
  rows.push_back({{"name", "front"},
                  {"azimuth_deg", viewpoint_of(project.pipeline->photo().camera).azimuth_deg},
                  {"psnr_db", measure.psnr_db},
                  {"sharpness", measure.sharpness},
                  {"mask_iou", measure.mask_iou}});
  rows.push_back({{"name", "blurred_crop"}, {"psnr_db", measure.blurred_psnr_db}});
  mean["psnr_db"] = measure.psnr_db;
  mean["sharpness"] = measure.sharpness;
  mean["mask_iou"] = measure.mask_iou;
  return {{"project", path.string()}, {"subjects", 1}, {"rows", rows}, {"mean", mean}};
}

}  // namespace portrait::cli
