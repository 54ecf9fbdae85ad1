// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/metrics/paired_comparison.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/image_tensor.h"
#include "core/prior/gan_prior.h"
#include "core/training/heldout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSize = HeldoutFormat::kSize;
constexpr int kRenderSize = 512;  // what the super-resolution was made for; halved to the set's
constexpr std::array<double, 3> kQuotedAzimuths = {45, 90, 180};

struct Metric {
  const char* name;
  bool higher_is_better;
};
// Sharpness is right at 1: it is reported and never compared.
constexpr std::array<Metric, 6> kMetrics = {{{"psnr_db", true},
                                             {"ssim", true},
                                             {"mask_iou", true},
                                             {"depth_error", false},
                                             {"sharpness", true},
                                             {"detail_correlation", true}}};
using Values = std::array<double, kMetrics.size()>;

// Values of one row: per subject and view.
using Table = std::vector<std::vector<Values>>;

Values compare(const HeldoutView& head, const HeldoutView& truth) {
  const Image alpha = alpha_of(head.rgba);
  const Image truth_alpha = alpha_of(truth.rgba);
  const ViewMetrics view = view_metrics(head.rgba, truth.rgba);
  const DetailMetrics detail = detail_metrics(composite_on_grey(head.rgba), alpha,
                                              composite_on_grey(truth.rgba), truth_alpha);
  // Where both see the head: a depth has no meaning elsewhere.
  Image both(kSize, kSize, 1);
  for (std::size_t i = 0; i < both.pixels.size(); ++i) {
    both.pixels[i] = alpha.pixels[i] >= 0.5F && truth_alpha.pixels[i] >= 0.5F ? 1.0F : 0.0F;
  }
  return {view.psnr_db,     view.ssim,
          view.mask_iou,    depth_error(head.depth, truth.depth, both),
          detail.sharpness, detail.detail_correlation};
}

// Depths of a smaller picture at a larger one's pixels; empty ones do not bleed into others.
Image enlarged_depth(const Image& depth, int size) {
  Image valid(depth.width, depth.height, 1);
  for (std::size_t i = 0; i < valid.pixels.size(); ++i) valid.pixels[i] = depth.pixels[i] > 0;
  Image large = resize(depth, size, size, Interpolation::kBilinear);
  const Image weight = resize(valid, size, size, Interpolation::kBilinear);
  for (std::size_t i = 0; i < large.pixels.size(); ++i) {
    large.pixels[i] = weight.pixels[i] >= 0.5F ? large.pixels[i] / weight.pixels[i] : 0.0F;
  }
  return large;
}

// Colours are averaged with their alpha, so that no background gets into the rim.
Image halved(const Image& rgba) {
  Image premultiplied = rgba;
  for (std::size_t i = 0; i < premultiplied.pixels.size(); i += 4) {
    for (std::size_t c = 0; c < 3; ++c) premultiplied.pixels[i + c] *= rgba.pixels[i + 3];
  }
  Image small = resize(premultiplied, kSize, kSize, Interpolation::kArea);
  for (std::size_t i = 0; i < small.pixels.size(); i += 4) {
    const float alpha = small.pixels[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      small.pixels[i + c] = alpha > 0 ? std::min(small.pixels[i + c] / alpha, 1.0F) : 0.0F;
    }
  }
  return small;
}

class PriorHead {
 public:
  // The input is the front view with its exact camera: what intake would make of it.
  PriorHead(const GanPrior& prior, const HeldoutView& front, const Viewpoint& viewpoint)
      : view_(prior.infer(tensor_of_image(composite_on_grey(front.rgba)),
                          tensor_of_image(alpha_of(front.rgba)), rig_camera(viewpoint)),
              LookOptions{}) {}

  HeldoutView from(const Viewpoint& viewpoint) const {
    const bool neural = !view_.field().sr.empty();
    const HeadPicture picture =
        view_.picture(rig_camera(viewpoint),
                      neural ? kRenderSize / SuperResolution::kScale : kRenderSize, neural);
    return {halved(picture.rgba), enlarged_depth(picture.depth, kSize)};
  }

 private:
  HeadView view_;
};

double mean_over(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// Per subject: the mean over some views.
std::vector<double> per_subject(const Table& table, const std::vector<int>& views,
                                std::size_t metric) {
  std::vector<double> values;
  for (const auto& subject : table) {
    std::vector<double> seen;
    for (const int v : views) seen.push_back(subject[std::size_t(v)][metric]);
    values.push_back(mean_over(seen));
  }
  return values;
}

Json metrics_json(const Table& table, const std::vector<int>& views) {
  Json json = Json::object();
  for (std::size_t m = 0; m < kMetrics.size(); ++m) {
    json[kMetrics[m].name] = mean_over(per_subject(table, views, m));
  }
  return json;
}

void add_rows(Json& rows, const char* name, const Table& table, const HeldoutSet& set,
              const std::vector<int>& quoted, const std::vector<int>& standard) {
  for (std::size_t v = 0; v < set.viewpoints().size(); ++v) {
    Json row = {{"name", name},
                {"azimuth_deg", set.viewpoints()[v].azimuth_deg},
                {"elevation_deg", set.viewpoints()[v].elevation_deg}};
    row.update(metrics_json(table, {static_cast<int>(v)}));
    rows.push_back(row);
  }
  const auto average = [&](const char* views, const std::vector<int>& which) {
    Json row = {{"name", name}, {"views", views}};
    row.update(metrics_json(table, which));
    rows.push_back(row);
  };
  average("45, 90, 180", quoted);
  average("13 standard", standard);
}

Json beats_json(const Table& prior, const Table& mean_head, const std::vector<int>& views) {
  Json list = Json::array();
  for (std::size_t m = 0; m < kMetrics.size(); ++m) {
    if (std::string(kMetrics[m].name) == "sharpness") continue;
    const PairedComparison c =
        compare_paired(per_subject(prior, views, m), per_subject(mean_head, views, m),
                       kMetrics[m].higher_is_better);
    list.push_back({{"row", "prior"},
                    {"other", "mean_head"},
                    {"metric", kMetrics[m].name},
                    {"mean_difference", c.mean_difference},
                    {"standard_error", c.standard_error},
                    {"agreeing", c.agreeing},
                    {"subjects", c.subjects},
                    {"beats", c.beats}});
  }
  return list;
}

}  // namespace

Json evaluate_prior(const ModelPack& pack, const HeldoutSet& set, const PriorEvaluation& options,
                    const EvaluationProgress& progress, std::stop_token stop) {
  check(options.subjects >= 0 && options.subjects <= set.subjects() && options.subjects != 1,
        ErrorCode::kBadUsage, "--subjects {} is out of range; 2 to {}, or 0 for all",
        options.subjects, set.subjects());
  const int subjects = options.subjects > 0 ? options.subjects : set.subjects();
  const GanPrior prior = GanPrior::load(pack);
  const int front = set.find_view(0, 0);
  const auto views = static_cast<int>(set.viewpoints().size());
  std::vector<int> quoted;
  for (const double azimuth : kQuotedAzimuths) quoted.push_back(set.find_view(azimuth, 0));
  std::vector<int> standard;
  std::vector<HeldoutView> mean_views;
  for (int v = 0; v < views; ++v) {
    if (set.is_standard(v)) standard.push_back(v);
    mean_views.push_back(set.mean_view(v));
  }
  Table of_prior;
  Table of_mean;
  for (int s = 0; s < subjects; ++s) {
    const PriorHead head(prior, set.view(s, front), set.viewpoints()[std::size_t(front)]);
    auto& prior_row = of_prior.emplace_back();
    auto& mean_row = of_mean.emplace_back();
    for (int v = 0; v < views; ++v) {
      if (stop.stop_requested()) return {};
      const HeldoutView truth = set.view(s, v);
      prior_row.push_back(compare(head.from(set.viewpoints()[std::size_t(v)]), truth));
      mean_row.push_back(compare(mean_views[std::size_t(v)], truth));
      progress(s * views + v + 1, subjects * views);
    }
  }
  Json rows = Json::array();
  add_rows(rows, "prior", of_prior, set, quoted, standard);
  add_rows(rows, "mean_head", of_mean, set, quoted, standard);
  return {{"pack", {{"name", pack.name()}, {"version", pack.version()}, {"hash", pack.hash()}}},
          {"subjects", subjects},
          {"rows", rows},
          {"mean", metrics_json(of_prior, quoted)},
          {"beats", beats_json(of_prior, of_mean, quoted)}};
}

}  // namespace portrait::cli
