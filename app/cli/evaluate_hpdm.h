// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/evaluation.h"

namespace portrait::cli {

// HPDM's gate: views of people of a view cache that nothing was trained on, at azimuths +-30, +-90,
// +-150 and 180, at 512 x 512. What stage 1 makes of their photo is rendered, noised to timesteps T
// (by default the presets' range) and denoised with a neighbour as driving image, lifted by the
// depth of that head. Rows, means over views and subjects inside the true mattes:
//   render         where it starts
//   carried        the same, and what the neighbour's true picture shows pasted over it
//   decoded        the truth through the VAE and back: what its latents keep
//   denoised_T     driven by the neighbour's true picture
//   rough_T        driven by the neighbour's own render
//   muted_geometry_T, muted_implicit_T (explicit branch alone), muted_all_T (the base alone):
//                  as denoised_T, with parts muted in the network that was trained with them
//   chain_T        driven by what was painted before it, round the head from the photo
// Each psnr_db, ssim, sharpness and detail_correlation (the same above 1/16 cycles per pixel: "_16"),
// and psnr_db of what the neighbour shows ("seen") and of what it does not ("unseen"). "gate": what
// is asked of denoised and rough over all T, and whether it is reached; detail_correlation_share
// there is how much of what carried rises by, over render, denoised does too. "beats": denoised
// against explicit alone. The sheet: a view a row.
struct HpdmEvaluation {
  std::filesystem::path views;  // of fill_view_cache
  int subjects = 0;             // 0: all
  std::vector<int> timesteps = {500, 325, 150};
  int denoise_steps = 1;        // DDIM steps from each
  bool gate_only = false;       // no rows decoded, muted_* and chain_*, nor "beats": half the time
  std::filesystem::path sheet;  // empty: none
};
nlohmann::ordered_json evaluate_hpdm(const ModelPack& pack, const HpdmEvaluation& options,
                                     const EvaluationProgress& progress, std::stop_token stop);

}  // namespace portrait::cli
