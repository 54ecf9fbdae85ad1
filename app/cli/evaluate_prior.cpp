// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "app/cli/face_teller.h"
#include "app/cli/fov_evaluation.h"
#include "app/cli/prior_head.h"
#include "app/cli/prior_table.h"
#include "core/base/error.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/write_image.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/image_tensor.h"
#include "core/prior/gan_prior.h"
#include "core/training/heldout.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kQuoted = "45, 90, 135, 180";
constexpr double kFrontDeg = 30;

// The input is the front view with its exact camera: what intake would make of it.
Field head_of_front(const GanPrior& prior, const HeldoutView& front, const Viewpoint& viewpoint) {
  return prior.infer(tensor_of_image(composite_on_grey(front.rgba)),
                     tensor_of_image(alpha_of(front.rgba)), rig_camera(viewpoint));
}

// Of how many views the teller tells a face: to be all of the fronts and none of the true backs.
struct FacesTold {
  int fronts = 0, true_fronts_told = 0, fronts_told = 0, backs = 0, true_backs_told = 0;

  void add_front(bool in_truth, bool in_head) {
    ++fronts;
    true_fronts_told += in_truth;
    fronts_told += in_head;
  }
  void add_back(bool in_truth) {
    ++backs;
    true_backs_told += in_truth;
  }
  Json facts() const {
    return {{"front_views", fronts},
            {"told_in_truth", true_fronts_told},
            {"told_in_prior", fronts_told},
            {"back_views", backs},
            {"told_in_true_backs", true_backs_told}};
  }
};

// Rows of true pictures and of the prior's, in turn.
class PriorSheet {
 public:
  void add(const HeldoutView& truth, const HeldoutView& head, double azimuth_deg) {
    const std::string label = std::to_string(std::lround(azimuth_deg));
    true_row_.push_back({truth.rgba, label + ", true"});
    row_.push_back({head.rgba, label});
  }
  void end_subject() {
    columns_ = static_cast<int>(row_.size());
    pictures_.insert(pictures_.end(), true_row_.begin(), true_row_.end());
    pictures_.insert(pictures_.end(), row_.begin(), row_.end());
    true_row_.clear();
    row_.clear();
  }
  void write(const std::filesystem::path& file) const {
    ContactSheetOptions layout;
    layout.columns = columns_;
    layout.cell_size = HeldoutFormat::kSize;
    write_image(file, contact_sheet(pictures_, layout));
  }

 private:
  std::vector<LabelledImage> true_row_, row_, pictures_;
  int columns_ = 0;
};

}  // namespace

Json evaluate_prior(const ModelPack& pack, const HeldoutSet& set, const PriorEvaluation& options,
                    const EvaluationProgress& progress, std::stop_token stop) {
  check(options.subjects >= 0 && options.subjects <= set.subjects() && options.subjects != 1,
        ErrorCode::kBadUsage, "--subjects {} is out of range; 2 to {}, or 0 for all",
        options.subjects, set.subjects());
  const int subjects = options.subjects > 0 ? options.subjects : set.subjects();
  const GanPrior prior = GanPrior::load(pack);
  const FaceTeller faces(pack);
  const int front = set.find_view(0, 0);
  const auto views = static_cast<int>(set.viewpoints().size());
  const std::vector<int> quoted = set.quoted_views();
  std::vector<int> all;
  std::vector<int> standard;
  std::vector<HeldoutView> mean_views;
  for (int v = 0; v < views; ++v) {
    all.push_back(v);
    if (set.is_standard(v)) standard.push_back(v);
    mean_views.push_back(set.mean_view(v));
  }
  PriorTable of_prior("prior", views);
  PriorTable of_mean("mean_head", views);
  PriorTable of_nearest("nearest_head", views);
  FovEvaluation fov(pack, prior, set);
  PriorSheet sheet;
  int two_faced = 0;
  FacesTold told;
  Json faces_behind = Json::array();
  for (int s = 0; s < subjects; ++s) {
    const PriorHead head(
        head_of_front(prior, set.view(s, front), set.viewpoints()[std::size_t(front)]));
    for (PriorTable* table : {&of_prior, &of_mean, &of_nearest}) table->add_subject();
    bool face_behind = false;
    const bool shown = s < options.shown && !options.sheet.empty();
    for (int v = 0; v < views; ++v) {
      if (stop.stop_requested()) return {};
      const HeldoutView truth = set.view(s, v);
      const Viewpoint& from = set.viewpoints()[std::size_t(v)];
      const HeldoutView seen = head.from(from);
      const bool is_quoted = std::find(quoted.begin(), quoted.end(), v) != quoted.end();
      of_prior.set(v, compare_views(seen, truth));
      const double azimuth = std::abs(from.azimuth_deg);
      if (azimuth <= kFrontDeg && from.elevation_deg == 0) {
        told.add_front(faces.shows_face(truth.rgba), faces.shows_face(seen.rgba));
      } else if (azimuth >= kNoFaceFromDeg) {
        const bool in_truth = faces.shows_face(truth.rgba);
        told.add_back(in_truth);
        if (faces.shows_face(seen.rgba)) {
          // The teller errs too: what it takes for a face in the true picture is none.
          face_behind = face_behind || !in_truth;
          faces_behind.push_back({{"subject", s},
                                  {"azimuth_deg", from.azimuth_deg},
                                  {"elevation_deg", from.elevation_deg},
                                  {"in_truth_too", in_truth}});
        }
      }
      of_mean.set(v, compare_views(mean_views[std::size_t(v)], truth));
      if (shown && (is_quoted || v == front)) {
        sheet.add(truth, seen, from.azimuth_deg);
      }
      if (is_quoted) {
        of_nearest.set(v, compare_views(set.nearest_view(s, v), truth));
      }
      progress(s * views + v + 1, subjects * views);
    }
    if (face_behind) ++two_faced;
    if (shown) sheet.end_subject();
    fov.measure(s);
  }
  if (!options.sheet.empty()) sheet.write(options.sheet);
  Json rows = Json::array();
  for (const PriorTable* table : {&of_prior, &of_mean}) {
    table->add_rows(rows, set, all);
    table->add_average(rows, kQuoted, quoted);
    table->add_average(rows, "13 standard", standard);
  }
  of_nearest.add_rows(rows, set, quoted);
  of_nearest.add_average(rows, kQuoted, quoted);
  Json beats = Json::array();
  add_beats(beats, of_prior, of_mean, quoted);
  add_beats(beats, of_prior, of_nearest, quoted);
  Json targets = prior_targets(of_prior, of_mean, of_nearest, quoted, front);
  targets.push_back({{"row", "prior"},
                     {"metric", "heads with a face behind"},
                     {"value", two_faced},
                     {"at_most", 0},
                     {"reached", two_faced == 0}});
  return {{"subjects", subjects},
          {"rows", rows},
          {"mean", of_prior.means(quoted)},
          {"beats", beats},
          {"targets", targets},
          {"faces_behind", faces_behind},
          {"faces_told", told.facts()},
          {"fields_of_view", fov.facts()}};
}

}  // namespace portrait::cli
