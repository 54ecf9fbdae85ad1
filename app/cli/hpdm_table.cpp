// SPDX-License-Identifier: Apache-2.0
#include "app/cli/hpdm_table.h"

#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"

#include <algorithm>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kCoarseCutoff = 1.0 / 16;  // cycles per pixel
constexpr double kFewPixels = 64;  // of which a mean says nothing

// Where the matte is, and the neighbour shows it or does not.
Image part_of(const HpdmScene& scene, bool seen) {
  Image part = scene.matte;
  for (std::size_t i = 0; i < part.pixels.size(); ++i) {
    if ((scene.known.pixels[i] >= 0.5F) != seen) part.pixels[i] = 0;
  }
  return part;
}

double area(const Image& mask) {
  return double(
      std::count_if(mask.pixels.begin(), mask.pixels.end(), [](float v) { return v >= 0.5F; }));
}

std::vector<std::string> rows_named(const std::string& name,
                                    const std::vector<std::string>& steps) {
  std::vector<std::string> rows;
  for (const std::string& step : steps) rows.push_back(name + "_" + step);
  return rows;
}

}  // namespace

HpdmTable::HpdmTable()
    : table_({"psnr_db", "ssim", "sharpness", "detail_correlation", "sharpness_16",
              "detail_correlation_16", "psnr_db_seen", "psnr_db_unseen"}) {}

void HpdmTable::add(const std::string& name, const HpdmScene& scene, const Image& picture) {
  const auto put = [&](const char* metric, double value) { table_.add(name, metric, value); };
  const DetailMetrics detail = detail_metrics(picture, scene.matte, scene.truth, scene.matte);
  put("psnr_db", psnr_db(picture, scene.truth, scene.matte));
  put("ssim", ssim(picture, scene.truth, scene.matte));
  put("sharpness", detail.sharpness);
  put("detail_correlation", detail.detail_correlation);
  const DetailMetrics locks =
      detail_metrics(picture, scene.matte, scene.truth, scene.matte, kCoarseCutoff);
  put("sharpness_16", locks.sharpness);
  put("detail_correlation_16", locks.detail_correlation);
  for (const bool seen : {true, false}) {
    const Image part = part_of(scene, seen);
    if (area(part) < kFewPixels) continue;
    put(seen ? "psnr_db_seen" : "psnr_db_unseen", psnr_db(picture, scene.truth, part));
  }
}

Json HpdmTable::gate(const std::vector<std::string>& steps) const {
  Json list = Json::array();
  const std::vector<std::string> denoised = rows_named("denoised", steps);
  const std::vector<std::string> rough = rows_named("rough", steps);
  const auto gain = [&](const std::vector<std::string>& rows, const char* metric) {
    return table_.mean(rows, metric) - table_.mean({"render"}, metric);
  };
  const auto at_least = [&](const char* row, const char* metric, double value, double bound) {
    list.push_back({{"row", row},
                    {"other", "render"},
                    {"metric", metric},
                    {"value", value},
                    {"at_least", bound},
                    {"reached", value >= bound}});
  };
  at_least("denoised", "psnr_db", gain(denoised, "psnr_db"), 1.5);
  at_least("denoised", "detail_correlation", gain(denoised, "detail_correlation"), 0.10);
  // What can be had of that: the head's depth puts even the truth's own pixels a little aside.
  const double carried = gain({"carried"}, "detail_correlation");
  const double share = carried > 0 ? gain(denoised, "detail_correlation") / carried : 0;
  list.push_back({{"row", "denoised"},
                  {"other", "carried"},
                  {"metric", "detail_correlation_share"},
                  {"value", share},
                  {"at_least", 0.5},
                  {"reached", share >= 0.5}});
  const double sharpness = table_.mean(denoised, "sharpness");
  list.push_back({{"row", "denoised"},
                  {"metric", "sharpness"},
                  {"value", sharpness},
                  {"at_least", 0.8},
                  {"at_most", 1.15},
                  {"reached", sharpness >= 0.8 && sharpness <= 1.15}});
  at_least("rough", "psnr_db", gain(rough, "psnr_db"), 0);
  at_least("rough", "detail_correlation", gain(rough, "detail_correlation"), 0);
  return list;
}

Json HpdmTable::beats(const std::vector<std::string>& steps) const {
  Json list = Json::array();
  for (const char* metric : {"psnr_db", "ssim", "detail_correlation"}) {
    const Json row =
        table_.comparison("denoised", rows_named("denoised", steps), "muted_implicit",
                          rows_named("muted_implicit", steps), metric);
    if (!row.is_null()) list.push_back(row);
  }
  return list;
}

}  // namespace portrait::cli
