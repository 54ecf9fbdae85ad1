// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/evaluation.h"

namespace portrait::cli {

// The base UNet with its conditioner on people of a view cache that it was never trained on, at
// five views round the head: their latents noised to t = 300, 500, 700 and denoised in four DDIM
// steps. Rows, means over all views inside the mattes: vae, there and back, which nothing can beat;
// noisy_T, answered by nothing; view_T, told the view; identity_T, told the photo too, with
// guidance. Each psnr_db, ssim, sharpness, detail_correlation. The sheet: a view a row.
struct UnetEvaluation {
  std::filesystem::path views;  // of fill_view_cache
  int subjects = 0;             // 0: all
  int size = 512;               // of the pictures: 512, or 256 as most of the training
  double guidance = 1;
  std::filesystem::path sheet;  // empty: none
};
nlohmann::ordered_json evaluate_unet(const ModelPack& pack, const UnetEvaluation& options,
                                     const EvaluationProgress& progress, std::stop_token stop);

}  // namespace portrait::cli
