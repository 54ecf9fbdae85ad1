// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/evaluation.h"

namespace portrait::cli {

// The networks that compare faces, on people that they were never trained on: those held out of an
// identity cache, or of a portrait cache, whose photos are cut by their true landmarks.
// "identity" (where the pack has id_compact): rows by "azimuth_deg", that both faces of a pair
// stand within: auc, equal_error_rate, same_pairs, different_pairs. "forced_choice" (where it has
// perceptual_compact): rows of the network, PSNR and SSIM, which see the same triplets: right, the
// share of all, and right_strength, right_kinds, right_added (core/training/perceptual_triplets.h).
// mean: auc and equal_error_rate within 45 degrees, and the network's right.
struct IdentityEvaluation {
  std::filesystem::path cache;
  int triplets = 600;
};
// Throws kNotFound (nobody held out; a pack with neither network), kBadUsage (faces of one person).
nlohmann::ordered_json evaluate_identity(const ModelPack& pack, const IdentityEvaluation& options,
                                         const EvaluationProgress& progress, std::stop_token stop);

}  // namespace portrait::cli
