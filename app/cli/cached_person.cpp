// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/cached_person.h"

#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/field/occupancy.h"
#include "core/image/write_image.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/view_consistency.h"
#include "core/training/cached_camera.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace portrait::cli {
namespace {

constexpr std::array kShown = {3, 5, 9, 11};  // views of the rig on a sheet
constexpr double kBackDeg = 90;

// A view as drawn, as a render of it would be.
ViewRender drawn_view(const CachedPerson& person, const ViewCacheFile& file, std::size_t view) {
  const auto halved = [](const Tensor& map) { return at::avg_pool2d(map.unsqueeze(0), 2)[0][0]; };
  const CachedPicture& picture = person.views[view];
  const Tensor depth = tensor_of_image(file.geometry(int(view)).depth);
  // Of what is not empty; no number where all is.
  const Tensor mean = halved(depth) / halved(depth.gt(0).to(at::kFloat));
  const Tensor matte = tensor_of_image(picture.matte).unsqueeze(0);
  const Tensor opacity = at::adaptive_avg_pool2d(matte, mean.sizes())[0][0];
  return {person.cameras[view], tensor_of_image(picture.rgb), mean, opacity, {}};
}

}  // namespace

CachedPerson::CachedPerson(const ViewCacheFile& file) {
  const CachedPicture identity = file.identity(0);
  photo = {identity.rgb, identity.rgb, identity.matte, cached_camera(identity.camera)};
  for (int v = 0; v < ViewCacheFormat::kStandardViews; ++v) {
    views.push_back(file.picture(v));
    cameras.push_back(cached_camera(views.back().camera));
  }
}

SeenHead::SeenHead(const Field& head, const CachedPerson& person) {
  const OccupancyGrid occupancy = build_occupancy(head);
  ViewRenderOptions options;
  options.occupancy = &occupancy;
  for (const Camera& camera : person.cameras) {
    renders_.push_back(render_view(head, camera, options));
  }
}

Image SeenHead::picture(std::size_t view) const {
  return image_of_tensor(renders_[view].rgb);
}

Image SeenHead::alpha(std::size_t view) const {
  const Tensor& rgb = renders_[view].rgb;
  const Tensor opacity = renders_[view].opacity.unsqueeze(0).unsqueeze(0);
  return image_of_tensor(at::upsample_bilinear2d(opacity, {rgb.size(1), rgb.size(2)}, false)[0]);
}

Pipeline finished_pipeline(const CachedPerson& person, const Field& first, const Settings& settings,
                           const StageSources& sources) {
  Pipeline pipeline(person.photo, first, 0, std::make_shared<const Settings>(settings),
                    std::uint64_t(settings.get<std::int64_t>("seed")));
  pipeline.set_sources(sources);
  pipeline.begin_run();
  while (!pipeline.step().finished) {
  }
  return pipeline;
}

std::vector<std::filesystem::path> held_out_people(const std::filesystem::path& views,
                                                   int subjects) {
  std::vector<std::filesystem::path> files = list_view_cache(views, true);
  check(!files.empty(), ErrorCode::kNotFound,
        "Nobody is held out in \"{}\"; fill it with `portrait synth --views --validation` first",
        views.string());
  if (subjects > 0) files.resize(std::min(files.size(), std::size_t(subjects)));
  return files;
}

void HeadSheet::add_truth(const CachedPerson& person) {
  for (const int v : kShown) pictures_.push_back({person.views[std::size_t(v)].rgb, "true"});
}

void HeadSheet::add(const std::string& label, const SeenHead& seen) {
  for (const int v : kShown) pictures_.push_back({seen.picture(std::size_t(v)), label});
}

void HeadSheet::write(const std::filesystem::path& file) const {
  ContactSheetOptions layout;
  layout.columns = int(kShown.size());
  write_image(file, contact_sheet(pictures_, layout));
}

std::vector<std::string> head_metrics() {
  return {"psnr_db",        "ssim",          "mask_iou",      "sharpness", "detail_correlation",
          "consistency_db", "back_mask_iou", "front_psnr_db", "janus"};
}

void add_truth_scores(SubjectTable& table, const std::string& row, const CachedPerson& person,
                      const ViewCacheFile& file) {
  const auto rig = standard_viewpoint_rig();
  std::vector<ViewRender> drawn;
  for (std::size_t v = 0; v < person.views.size(); ++v) {
    drawn.push_back(drawn_view(person, file, v));
  }
  for (std::size_t v = 1; v < drawn.size(); ++v) {
    table.add(row, "consistency_db",
              view_consistency_db(drawn[v], drawn[std::size_t(std::max(rig[v].driver, 0))]));
  }
}

void add_head_scores(SubjectTable& table, const std::string& row, const CachedPerson& person,
                     const SeenHead& seen, const FaceTeller& faces) {
  const auto rig = standard_viewpoint_rig();
  bool face_behind = false;
  for (std::size_t v = 0; v < person.views.size(); ++v) {
    const CachedPicture& truth = person.views[v];
    const Image picture = seen.picture(v);
    const Image alpha = seen.alpha(v);
    const double psnr = psnr_db(picture, truth.rgb, mask_union(alpha, truth.matte));
    if (v == 0) {
      table.add(row, "front_psnr_db", psnr);
      continue;
    }
    const DetailMetrics detail = detail_metrics(picture, alpha, truth.rgb, truth.matte);
    const double iou = mask_iou(alpha, truth.matte);
    const double azimuth = std::abs(rig[v].viewpoint.azimuth_deg);
    table.add(row, "psnr_db", psnr);
    table.add(row, "ssim", ssim(picture, truth.rgb, mask_union(alpha, truth.matte)));
    table.add(row, "mask_iou", iou);
    table.add(row, "sharpness", detail.sharpness);
    table.add(row, "detail_correlation", detail.detail_correlation);
    table.add(row, "consistency_db",
              view_consistency_db(seen.render(v),
                                  seen.render(std::size_t(std::max(rig[v].driver, 0)))));
    if (azimuth >= kBackDeg) table.add(row, "back_mask_iou", iou);
    if (azimuth >= kNoFaceFromDeg) {
      face_behind = face_behind || faces.shows_face(rgba_of_render(picture, alpha, 0.5F));
    }
  }
  table.add(row, "janus", face_behind ? 1 : 0);
}

}  // namespace portrait::cli
