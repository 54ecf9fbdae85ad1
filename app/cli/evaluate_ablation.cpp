// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluate_ablation.h"

#include "app/cli/shows_face.h"
#include "app/cli/subject_table.h"
#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/write_image.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/view_consistency.h"
#include "core/prior/gan_prior.h"
#include "core/session/pack_stages.h"
#include "core/training/cached_camera.h"
#include "core/training/view_cache.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kStart = "start";
constexpr const char* kFull = "full";
constexpr double kBackFromDeg = 120;         // no face may be seen from here on
constexpr std::array kShown = {3, 5, 9, 11};  // views of the rig on the sheet

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

// One person's photo and the truth of their views.
struct Person {
  explicit Person(const ViewCacheFile& file) {
    const CachedPicture identity = file.identity(0);
    photo = {identity.rgb, identity.rgb, identity.matte, cached_camera(identity.camera)};
    for (int v = 0; v < ViewCacheFormat::kStandardViews; ++v) {
      views.push_back(file.picture(v));
      cameras.push_back(cached_camera(views.back().camera));
    }
  }

  PhotoInput photo;
  std::vector<CachedPicture> views;
  std::vector<Camera> cameras;
};

struct Seen {
  std::vector<ViewRender> renders;

  Seen(const Field& head, const Person& person) {
    const OccupancyGrid occupancy = build_occupancy(head);
    ViewRenderOptions options;
    options.occupancy = &occupancy;
    for (const Camera& camera : person.cameras) {
      renders.push_back(render_view(head, camera, options));
    }
  }
  Image picture(std::size_t view) const { return image_of_tensor(renders[view].rgb); }
  Image alpha(std::size_t view) const {
    const Tensor& rgb = renders[view].rgb;
    return image_of_tensor(at::upsample_bilinear2d(renders[view].opacity.unsqueeze(0).unsqueeze(0),
                                                   {rgb.size(1), rgb.size(2)}, false)[0]);
  }
};

Image with_alpha(const Image& rgb, const Image& alpha) {
  return rgba_of_render(rgb, alpha, 0.5F);
}

class Evaluation {
 public:
  Evaluation(std::shared_ptr<const ModelPack> pack, const AblationEvaluation& options)
      : options_(options),
        prior_(GanPrior::load(*pack)),
        sources_(stage_sources(pack)),
        table_({"psnr_db", "ssim", "mask_iou", "sharpness", "detail_correlation", "consistency_db",
                "janus", "acceptance"}) {
    check(bool(sources_.painter), ErrorCode::kNotFound,
          "The pack \"{}\" has no networks for stage 3", pack->name());
  }

  Field started(const Person& person) const {
    Settings settings = options_.settings;
    for (const char* stage : {"geometry", "detail"}) settings.set(stage, false);
    const Field first = first_head(prior_, person.photo);
    return run(person, first, settings, nullptr);
  }

  void add_start(const Person& person, const Field& head) {
    table_.add_subject();
    add(kStart, person, Seen(head, person), true);
  }

  void add_row(const Row& row, int seed, const Person& person, const Field& head) {
    Settings settings = options_.settings;
    for (const auto& [key, value] : row.settings) settings.set(key, value);
    settings.set("photo_fit", false);
    settings.set("geometry", false);
    settings.set("seed", settings.get<std::int64_t>("seed") + seed);
    double acceptance = 0;
    const Field made = run(person, head, settings, &acceptance);
    add(row.name, person, Seen(made, person), seed == 0);
    table_.add(row.name, "acceptance", acceptance);
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

  const std::vector<LabelledImage>& sheet() const { return sheet_; }

 private:
  // Until nothing is left to do.
  Field run(const Person& person, const Field& first, const Settings& settings,
            double* acceptance) const {
    Pipeline pipeline(person.photo, first, 0, std::make_shared<const Settings>(settings),
                      std::uint64_t(settings.get<std::int64_t>("seed")));
    pipeline.set_sources(sources_);
    pipeline.begin_run();
    while (!pipeline.step().finished) {
    }
    if (acceptance != nullptr && pipeline.detail() != nullptr) {
      double accepted = 0, judged = 0;
      for (const DetailStage::View& view : pipeline.detail()->views()) {
        accepted += view.memory.accepted;
        judged += view.memory.judged;
      }
      *acceptance = judged > 0 ? accepted / judged : 0;
    }
    return pipeline.head().clone();
  }

  void add(const std::string& row, const Person& person, const Seen& seen, bool shown) {
    bool face_behind = false;
    const auto rig = standard_viewpoint_rig();
    for (std::size_t v = 1; v < person.views.size(); ++v) {
      const CachedPicture& truth = person.views[v];
      const Image picture = seen.picture(v);
      const Image alpha = seen.alpha(v);
      const Image both = mask_union(alpha, truth.matte);
      const DetailMetrics detail = detail_metrics(picture, alpha, truth.rgb, truth.matte);
      table_.add(row, "psnr_db", psnr_db(picture, truth.rgb, both));
      table_.add(row, "ssim", ssim(picture, truth.rgb, both));
      table_.add(row, "mask_iou", mask_iou(alpha, truth.matte));
      table_.add(row, "sharpness", detail.sharpness);
      table_.add(row, "detail_correlation", detail.detail_correlation);
      table_.add(row, "consistency_db",
                 view_consistency_db(seen.renders[v],
                                     seen.renders[std::size_t(std::max(rig[v].driver, 0))]));
      if (std::abs(rig[v].viewpoint.azimuth_deg) >= kBackFromDeg) {
        face_behind = face_behind || shows_face(with_alpha(picture, alpha));
      }
    }
    table_.add(row, "janus", face_behind ? 1 : 0);
    if (shown && !options_.sheet.empty()) show(row, person, seen);
  }

  void show(const std::string& row, const Person& person, const Seen& seen) {
    if (row == kStart) {
      for (const int v : kShown) sheet_.push_back({person.views[std::size_t(v)].rgb, "true"});
    }
    for (const int v : kShown) sheet_.push_back({seen.picture(std::size_t(v)), row});
  }

  const AblationEvaluation& options_;
  GanPrior prior_;
  StageSources sources_;
  SubjectTable table_;
  std::vector<LabelledImage> sheet_;
};

}  // namespace

Json evaluate_ablation(std::shared_ptr<const ModelPack> pack, const AblationEvaluation& options,
                       const EvaluationProgress& progress, std::stop_token stop) {
  const std::vector<Row> rows = rows_named(options.rows);
  std::vector<fs::path> files = list_view_cache(options.views, true);
  check(!files.empty(), ErrorCode::kNotFound,
        "Nobody is held out in \"{}\"; fill it with `portrait synth --views --validation` first",
        options.views.string());
  if (options.subjects > 0) files.resize(std::min(files.size(), std::size_t(options.subjects)));
  Evaluation evaluation(pack, options);
  const int of = int(files.size()) * (1 + options.seeds * int(rows.size()));
  int done = 0;
  for (const fs::path& file : files) {
    const Person person{ViewCacheFile(file)};
    const Field start = evaluation.started(person);
    evaluation.add_start(person, start);
    progress(++done, of);
    for (const Row& row : rows) {
      for (int seed = 0; seed < options.seeds; ++seed) {
        if (stop.stop_requested()) return {};
        evaluation.add_row(row, seed, person, start);
        progress(++done, of);
      }
    }
  }
  if (!options.sheet.empty()) {
    ContactSheetOptions layout;
    layout.columns = int(kShown.size());
    write_image(options.sheet, contact_sheet(evaluation.sheet(), layout));
  }
  Json facts = {{"pack", {{"name", pack->name()}, {"version", pack->version()}, {"hash", pack->hash()}}},
                {"subjects", files.size()},
                {"seeds", options.seeds}};
  facts.update(evaluation.facts(rows));
  return facts;
}

}  // namespace portrait::cli
