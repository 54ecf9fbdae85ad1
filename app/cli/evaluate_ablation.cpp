// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluate_ablation.h"

#include "app/cli/cached_person.h"
#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/pack_stages.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"
#include "core/training/view_cache.h"

#include <algorithm>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kTruth = "truth";
constexpr const char* kStart = "start";
constexpr const char* kFull = "full";

struct Row {
  const char* name;
  std::vector<std::pair<const char*, SettingValue>> settings;
};

const std::vector<Row>& all_rows() {
  static const std::vector<Row> rows = {
      {"fixed", {{"noise.mode", std::string("fixed")}}},
      {"random_half", {{"noise.mode", std::string("random")}, {"hpdm.w_ex", 0.5}}},
      {"random", {{"noise.mode", std::string("random")}}},
      {"anchor", {{"noise.mode", std::string("anchor")}}},
      {kFull, {}},
      {"explicit", {{"hpdm.implicit", false}, {"hpdm.geometry_prior", false}}},
      {"explicit_geometry", {{"hpdm.implicit", false}}}};
  return rows;
}

std::vector<Row> rows_named(const std::vector<std::string>& names) {
  if (names.empty()) return all_rows();
  std::vector<Row> rows;
  for (const std::string& name : names) {
    const auto found = std::find_if(all_rows().begin(), all_rows().end(),
                                    [&](const Row& row) { return row.name == name; });
    std::string known;
    for (const Row& row : all_rows()) known += (known.empty() ? "" : ", ") + std::string(row.name);
    check(found != all_rows().end(), ErrorCode::kBadUsage, "There is no row \"{}\"; there are {}",
          name, known);
    rows.push_back(*found);
  }
  return rows;
}

class Evaluation {
 public:
  Evaluation(std::shared_ptr<const ModelPack> pack, const AblationEvaluation& options)
      : options_(options),
        prior_(GanPrior::load(*pack)),
        sources_(stage_sources(pack)),
        faces_(*pack),
        table_(metrics()) {
    check(bool(sources_.painter), ErrorCode::kNotFound,
          "The pack \"{}\" has no networks for stage 3", pack->name());
  }

  Field started(const CachedPerson& person) const {
    Settings settings = options_.settings;
    for (const char* stage : {"geometry", "detail"}) settings.set(stage, false);
    const Field first = first_head(prior_, person.photo);
    return finished_pipeline(person, first, settings, {}).head().clone();
  }

  void add_start(const CachedPerson& person, const ViewCacheFile& file, const Field& head) {
    table_.add_subject();
    add_truth_scores(table_, kTruth, person, file);
    add(kStart, person, SeenHead(head, person), true);
  }

  void add_row(const Row& row, int seed, const CachedPerson& person, const Field& head) {
    Settings settings = options_.settings;
    for (const auto& [key, value] : row.settings) settings.set(key, value);
    settings.set("photo_fit", false);
    settings.set("geometry", false);
    settings.set("detail", true);
    settings.set("seed", settings.get<std::int64_t>("seed") + seed);
    const Pipeline pipeline = finished_pipeline(person, head, settings, sources_);
    add(row.name, person, SeenHead(pipeline.head(), person), seed == 0);
    table_.add(row.name, "acceptance", acceptance(pipeline));
  }

  Json facts(const std::vector<Row>& rows) const {
    Json beats = Json::array();
    for (const Row& row : rows) {
      if (std::string(row.name) == kFull) continue;
      for (const char* metric : {"psnr_db", "ssim", "consistency_db", "detail_correlation"}) {
        const Json one = table_.comparison(kFull, {kFull}, row.name, {row.name}, metric);
        if (!one.is_null()) beats.push_back(one);
      }
    }
    return {{"rows", table_.rows()}, {"beats", beats}};
  }

  const HeadSheet& sheet() const { return sheet_; }

 private:
  static std::vector<std::string> metrics() {
    std::vector<std::string> metrics = head_metrics();
    metrics.push_back("acceptance");
    return metrics;
  }

  void add(const std::string& row, const CachedPerson& person, const SeenHead& seen, bool shown) {
    add_head_scores(table_, row, person, seen, faces_);
    if (!shown || options_.sheet.empty()) return;
    if (row == kStart) sheet_.add_truth(person);
    sheet_.add(row, seen);
  }

  // Of the resampled noises of all views, the share that stayed (17).
  static double acceptance(const Pipeline& pipeline) {
    double accepted = 0, judged = 0;
    if (pipeline.detail() == nullptr) return 0;
    for (const DetailStage::View& view : pipeline.detail()->views()) {
      accepted += view.memory.accepted;
      judged += view.memory.judged;
    }
    return judged > 0 ? accepted / judged : 0;
  }

  const AblationEvaluation& options_;
  GanPrior prior_;
  StageSources sources_;
  FaceTeller faces_;
  SubjectTable table_;
  HeadSheet sheet_;
};

}  // namespace

Json evaluate_ablation(std::shared_ptr<const ModelPack> pack, const AblationEvaluation& options,
                       const EvaluationProgress& progress, std::stop_token stop) {
  const std::vector<Row> rows = rows_named(options.rows);
  const std::vector<fs::path> files = held_out_people(options.views, options.subjects);
  Evaluation evaluation(pack, options);
  const int of = int(files.size()) * (1 + options.seeds * int(rows.size()));
  int done = 0;
  for (const fs::path& file : files) {
    const ViewCacheFile cached(file);
    const CachedPerson person(cached);
    const Field start = evaluation.started(person);
    evaluation.add_start(person, cached, start);
    progress(++done, of);
    for (const Row& row : rows) {
      for (int seed = 0; seed < options.seeds; ++seed) {
        if (stop.stop_requested()) return {};
        evaluation.add_row(row, seed, person, start);
        progress(++done, of);
      }
    }
  }
  if (!options.sheet.empty()) evaluation.sheet().write(options.sheet);
  Json facts = {{"subjects", files.size()}, {"seeds", options.seeds}};
  facts.update(evaluation.facts(rows));
  return facts;
}

}  // namespace portrait::cli
