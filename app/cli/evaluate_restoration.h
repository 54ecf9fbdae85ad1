// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/evaluation.h"
#include "core/base/settings.h"

#include <memory>

namespace portrait::cli {

// Stage 2 of people of a view cache that nothing was trained on, from the prior's head alone (no
// photo fit). Rows:
//   first        T_init, what the prior makes of the photo
//   pre_trained  what phi_pre (4) makes of it, without a step
//   fine_tuned   after the stage, (5) and (6)
//   direct       the same steps on the tri-plane itself (geometry.detail_preservation off)
// each with the metrics of add_head_scores(). "beats": fine_tuned against the others; "targets":
// what is asked of a prior without a back, and whether it is reached.
struct RestorationEvaluation {
  std::filesystem::path views;  // of fill_view_cache
  Settings settings;
  int subjects = 0;               // 0: all
  std::filesystem::path sheet{};  // empty: none
};
// Throws kNotFound (nobody held out, a pack without stage 2).
nlohmann::ordered_json evaluate_restoration(std::shared_ptr<const ModelPack> pack,
                                            const RestorationEvaluation& options,
                                            const EvaluationProgress& progress,
                                            std::stop_token stop);

}  // namespace portrait::cli
