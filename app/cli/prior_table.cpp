// SPDX-License-Identifier: Apache-2.0
#include "app/cli/prior_table.h"

#include "core/base/error.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/metrics/paired_comparison.h"

#include <string_view>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

std::size_t metric_index(std::string_view name) {
  for (std::size_t m = 0; m < kPriorMetrics.size(); ++m) {
    if (kPriorMetrics[m].name == name) return m;
  }
  fail(ErrorCode::kInternal, "There is no metric \"{}\"", name);
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

}  // namespace

Image seen_in_both(const HeldoutView& head, const HeldoutView& truth) {
  Image both(head.rgba.width, head.rgba.height, 1);
  for (std::size_t i = 0; i < both.pixels.size(); ++i) {
    const bool inside = head.rgba.pixels[4 * i + 3] >= 0.5F && truth.rgba.pixels[4 * i + 3] >= 0.5F;
    both.pixels[i] = inside ? 1.0F : 0.0F;
  }
  return both;
}

PriorValues compare_views(const HeldoutView& head, const HeldoutView& truth) {
  const ViewMetrics view = view_metrics(head.rgba, truth.rgba);
  const DetailMetrics detail = detail_metrics(composite_on_grey(head.rgba), alpha_of(head.rgba),
                                              composite_on_grey(truth.rgba), alpha_of(truth.rgba));
  return {view.psnr_db,     view.ssim,
          view.mask_iou,    depth_error(head.depth, truth.depth, seen_in_both(head, truth)),
          detail.sharpness, detail.detail_correlation};
}

std::vector<double> PriorTable::per_subject(const std::vector<int>& views,
                                            std::size_t metric) const {
  std::vector<double> means;
  for (const auto& subject : values_) {
    std::vector<double> seen;
    for (const int v : views) seen.push_back(subject[std::size_t(v)][metric]);
    means.push_back(mean_of(seen));
  }
  return means;
}

double PriorTable::mean(const std::vector<int>& views, std::size_t metric) const {
  return mean_of(per_subject(views, metric));
}

Json PriorTable::means(const std::vector<int>& views) const {
  Json json = Json::object();
  for (std::size_t m = 0; m < kPriorMetrics.size(); ++m) {
    json[kPriorMetrics[m].name] = mean(views, m);
  }
  return json;
}

void PriorTable::add_rows(Json& rows, const HeldoutSet& set, const std::vector<int>& views) const {
  for (const int v : views) {
    const Viewpoint& viewpoint = set.viewpoints()[std::size_t(v)];
    Json row = {{"name", name_},
                {"azimuth_deg", viewpoint.azimuth_deg},
                {"elevation_deg", viewpoint.elevation_deg}};
    row.update(means({v}));
    rows.push_back(row);
  }
}

void PriorTable::add_average(Json& rows, const std::string& label,
                             const std::vector<int>& views) const {
  Json row = {{"name", name_}, {"views", label}};
  row.update(means(views));
  rows.push_back(row);
}

void add_beats(Json& list, const PriorTable& row, const PriorTable& other,
               const std::vector<int>& views) {
  for (std::size_t m = 0; m < kPriorMetrics.size(); ++m) {
    if (m == metric_index("sharpness")) continue;
    const PairedComparison c = compare_paired(
        row.per_subject(views, m), other.per_subject(views, m), kPriorMetrics[m].higher_is_better);
    list.push_back({{"row", row.name()},
                    {"other", other.name()},
                    {"metric", kPriorMetrics[m].name},
                    {"mean_difference", c.mean_difference},
                    {"standard_error", c.standard_error},
                    {"agreeing", c.agreeing},
                    {"subjects", c.subjects},
                    {"beats", c.beats}});
  }
}

Json prior_targets(const PriorTable& prior, const PriorTable& mean_head,
                   const PriorTable& nearest_head, const std::vector<int>& views, int front) {
  Json list = Json::array();
  const auto mean = [&](const PriorTable& row, const char* metric) {
    return row.mean(views, metric_index(metric));
  };
  const auto at_least = [&](const char* metric, double bound) {
    const double value = mean(prior, metric);
    list.push_back({{"row", prior.name()},
                    {"metric", metric},
                    {"value", value},
                    {"at_least", bound},
                    {"reached", value >= bound}});
  };
  const auto at_most = [&](const PriorTable& row, const char* metric, double value, double bound) {
    list.push_back({{"row", row.name()},
                    {"metric", metric},
                    {"value", value},
                    {"at_most", bound},
                    {"reached", value <= bound}});
  };
  const auto better = [&](const PriorTable& other, const char* metric, double bound) {
    const double value = mean(prior, metric) - mean(other, metric);
    list.push_back({{"row", prior.name()},
                    {"other", other.name()},
                    {"metric", metric},
                    {"value", value},
                    {"at_least", bound},
                    {"reached", value >= bound}});
  };
  at_least("psnr_db", 21);
  at_least("mask_iou", 0.93);
  at_most(prior, "depth_error", prior.mean({front}, metric_index("depth_error")), 0.02);
  better(mean_head, "psnr_db", 5);
  better(mean_head, "mask_iou", 0.06);
  better(nearest_head, "psnr_db", 2);
  at_most(mean_head, "psnr_db", mean(mean_head, "psnr_db"), 16.5);
  at_most(mean_head, "mask_iou", mean(mean_head, "mask_iou"), 0.87);
  return list;
}

}  // namespace portrait::cli
