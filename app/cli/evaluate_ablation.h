// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/evaluation.h"
#include "core/base/settings.h"

#include <memory>

namespace portrait::cli {

// The experiments of Fig. 5 and Fig. 6: of people of a view cache that nothing was trained on, a
// head by the prior and the fit to their photo, then stage 3 from there under each row's settings
// with each seed. Rows:
//   truth               the truth's own consistency: a head as sharp cannot have much more
//   start               the head that stage 3 is given
//   fixed               Fig. 6 (a): noise.mode fixed
//   random_half         (b): random noise, half the control scale (hpdm.w_ex)
//   random              (c): random noise
//   anchor              (d): resampled round anchors that stay
//   full                (e), and Fig. 5 (c): the method
//   explicit            Fig. 5 (a), muted: Explicit-Branch alone
//   explicit_geometry   Fig. 5 (b), muted: with the geometry prior
// each with the metrics of add_head_scores() and, after the first iteration, the acceptance of
// resampled noise. "beats": full against the others. The sheet: a subject and row a line, true on
// top.
struct AblationEvaluation {
  std::filesystem::path views;     // of fill_view_cache
  Settings settings;               // of all rows, as far as they say nothing else
  int subjects = 0;                // 0: all
  int seeds = 1;                   // from the settings' own on
  std::vector<std::string> rows{}; // by name, besides start; empty: all
  std::filesystem::path sheet{};   // empty: none; of the first seed
};
// Throws kNotFound (nobody held out, a pack without stage 3), kBadUsage (an unknown row).
nlohmann::ordered_json evaluate_ablation(std::shared_ptr<const ModelPack> pack,
                                         const AblationEvaluation& options,
                                         const EvaluationProgress& progress, std::stop_token stop);

}  // namespace portrait::cli
