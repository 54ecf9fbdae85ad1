// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/evaluation.h"

namespace portrait::cli {

// HPDM's gate: views of people of a view cache that nothing was trained on, at azimuths +-30, +-90,
// +-150 and 180, at 512 x 512. What stage 1 makes of their photo is rendered, noised to t = 500,
// 325 and 150 (the presets' range) and denoised in one step with a neighbour as driving image,
// lifted by the depth of that head. Rows, means over views and subjects inside the true mattes:
//   render         where it starts
//   denoised_T     driven by the neighbour's true picture
//   rough_T        driven by the neighbour's own render
//   muted_geometry_T, muted_implicit_T (explicit branch alone), muted_all_T (the base alone):
//                  as denoised_T, with parts muted in the network that was trained with them
//   chain_T        driven by what was painted before it, round the head from the photo
// Each psnr_db, ssim, sharpness, detail_correlation, and psnr_db of what the neighbour shows
// ("seen") and of what it does not ("unseen"). "gate": what is asked of denoised and rough over all
// T, and whether it is reached; "beats": denoised against explicit alone. The sheet: a view a row.
struct HpdmEvaluation {
  std::filesystem::path views;  // of fill_view_cache
  int subjects = 0;             // 0: all
  std::filesystem::path sheet;  // empty: none
};
nlohmann::ordered_json evaluate_hpdm(const ModelPack& pack, const HpdmEvaluation& options,
                                     const EvaluationProgress& progress, std::stop_token stop);

}  // namespace portrait::cli
