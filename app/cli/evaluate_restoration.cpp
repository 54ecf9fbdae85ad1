// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluate_restoration.h"

#include "app/cli/cached_person.h"
#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/geometry_stage.h"
#include "core/pipeline/pack_stages.h"
#include "core/prior/gan_prior.h"

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFirst = "first";
constexpr const char* kPreTrained = "pre_trained";
constexpr const char* kFineTuned = "fine_tuned";
constexpr const char* kDirect = "direct";

Field pre_trained(const Field& first, const GeometryNetworks& networks) {
  const at::NoGradGuard no_grad;
  Field head = first.clone();
  head.planes = (*networks.plane_unet.network)(head.planes);
  return head;
}

// What is asked of stage 2 on a prior without a back.
Json targets(const SubjectTable& table) {
  Json list = Json::array();
  const auto of = [&](const char* row, const char* metric) { return table.mean({row}, metric); };
  const auto add = [&](const char* metric, const char* bound, double value, double limit,
                       bool reached) {
    list.push_back({{"row", kFineTuned},
                    {"metric", metric},
                    {"value", value},
                    {bound, limit},
                    {"reached", reached}});
  };
  const double back = of(kFineTuned, "back_mask_iou");
  const double gained = back - of(kFirst, "back_mask_iou");
  const double lost = of(kFirst, "front_psnr_db") - of(kFineTuned, "front_psnr_db");
  const double faces = of(kFineTuned, "janus");
  add("back_mask_iou", "at_least", back, 0.90, back >= 0.90);
  add("back_mask_iou over first", "at_least", gained, 0.10, gained >= 0.10);
  add("front_psnr_db lost", "at_most", lost, 0.3, lost <= 0.3);
  add("janus", "at_most", faces, 0, faces <= 0);
  return list;
}

}  // namespace

Json evaluate_restoration(std::shared_ptr<const ModelPack> pack,
                          const RestorationEvaluation& options, const EvaluationProgress& progress,
                          std::stop_token stop) {
  const auto files = held_out_people(options.views, options.subjects);
  const GanPrior prior = GanPrior::load(*pack);
  const StageSources sources = stage_sources(pack);
  check(bool(sources.geometry), ErrorCode::kNotFound,
        "The pack \"{}\" has no networks for stage 2", pack->name());
  Settings settings = options.settings;
  for (const char* stage : {"photo_fit", "detail"}) settings.set(stage, false);
  settings.set("geometry", true);
  Settings direct = settings;
  direct.set("geometry.detail_preservation", false);

  const FaceTeller faces(*pack);
  SubjectTable table(head_metrics());
  HeadSheet sheet;
  int done = 0;
  for (const auto& file : files) {
    const CachedPerson person{ViewCacheFile(file)};
    const Field first = first_head(prior, person.photo);
    table.add_subject();
    const bool shown = !options.sheet.empty();
    if (shown) sheet.add_truth(person);
    const auto add = [&](const char* row, const Field& head) {
      const SeenHead seen(head, person);
      add_head_scores(table, row, person, seen, faces);
      if (shown) sheet.add(row, seen);
    };
    add(kFirst, first);
    add(kPreTrained, pre_trained(first, sources.geometry()));
    if (stop.stop_requested()) return {};
    add(kFineTuned, finished_pipeline(person, first, settings, sources).head());
    if (stop.stop_requested()) return {};
    add(kDirect, finished_pipeline(person, first, direct, sources).head());
    progress(++done, int(files.size()));
  }
  if (!options.sheet.empty()) sheet.write(options.sheet);
  Json beats = Json::array();
  for (const char* other : {kFirst, kPreTrained, kDirect}) {
    for (const char* metric : {"psnr_db", "back_mask_iou", "detail_correlation"}) {
      const Json one = table.comparison(kFineTuned, {kFineTuned}, other, {other}, metric);
      if (!one.is_null()) beats.push_back(one);
    }
  }
  return {{"subjects", files.size()},
          {"rows", table.rows()},
          {"beats", beats},
          {"targets", targets(table)}};
}

}  // namespace portrait::cli
