// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "app/cli/head_of_file.h"
#include "app/cli/picture_judge.h"
#include "core/base/interruption.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/pipeline.h"

#include <array>
#include <map>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSize = 512;

struct TableView {
  const char* name;
  double azimuth_deg;
};
// The paper's five (Sec. 4, Table 1).
constexpr std::array<TableView, 5> kViews = {{{"front", 0},
                                              {"left_frontal", 45},
                                              {"left", 90},
                                              {"right_frontal", -45},
                                              {"right", -90}}};

class Mean {
 public:
  void add(const Json& row) {
    for (const auto& [metric, value] : row.items()) {
      auto& [sum, count] = sums_[metric];
      sum += value.get<double>();
      ++count;
    }
  }
  Json value() const {
    Json mean = Json::object();
    for (const auto& [metric, entry] : sums_) mean[metric] = entry.first / entry.second;
    return mean;
  }

 private:
  std::map<std::string, std::pair<double, int>> sums_;
};

JudgedPicture seen(const HeadView& head, double azimuth_deg) {
  const Camera camera = rig_camera({azimuth_deg, 0});
  const bool neural = !head.field().sr.empty();
  const int width = neural ? kSize / SuperResolution::kScale : kSize;
  return {composite_on_grey(head.picture(camera, width, neural).rgba), camera};
}

}  // namespace

Json evaluate_table1(const Table1Evaluation& options, const EvaluationProgress& progress,
                     std::stop_token stop) {
  const PictureJudge judge(ModelPack::open(options.judges));
  const auto settings = std::make_shared<const Settings>(options.settings);
  const auto count = static_cast<int>(options.heads.size());
  Json subjects = Json::array();
  std::array<Mean, kViews.size()> views;
  Mean all;
  for (int i = 0; i < count; ++i) {
    progress(i, count);
    const std::filesystem::path& path = options.heads[std::size_t(i)];
    LoadedProject project;
    try {
      project = head_of_file(path, settings, options.pack, stop);
    } catch (const Interrupted&) {
      return {};
    }
    const PhotoInput& photo = project.pipeline->photo();
    const JudgedPicture reference(photo.target, photo.camera);
    const HeadView head(project.pipeline->head(),
                        LookOptions::from(project.pipeline->settings()));
    Mean own;
    for (std::size_t v = 0; v < kViews.size(); ++v) {
      if (stop.stop_requested()) return {};
      const Json found = judge.judge(reference, seen(head, kViews[v].azimuth_deg));
      Json row = {{"subject", path.filename().string()},
                  {"name", kViews[v].name},
                  {"azimuth_deg", kViews[v].azimuth_deg}};
      row.update(found);
      subjects.push_back(row);
      views[v].add(found);
      own.add(found);
    }
    all.add(own.value());
  }
  progress(count, count);
  Json rows = Json::array();
  for (std::size_t v = 0; v < kViews.size(); ++v) {
    Json row = {{"name", kViews[v].name}, {"azimuth_deg", kViews[v].azimuth_deg}};
    row.update(views[v].value());
    rows.push_back(row);
  }
  for (const Json& row : subjects) rows.push_back(row);
  return {{"subjects", count}, {"absent", judge.absent()}, {"rows", rows}, {"mean", all.value()}};
}

}  // namespace portrait::cli
