// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/diffusion/hpdm_config.h"
#include "core/guidance/image_loss.h"
#include "core/guidance/noise_resampling.h"

namespace portrait {

// Stage 3 as the settings have it. What is fixed when the stage starts: size, iterations, noise
// mode, seed. All else acts from the next iteration on.
struct DetailOptions {
  int iterations = 50;
  int views_per_iteration = 13;
  int inner_steps = 1;  // rounds per iteration, those after the first on kept targets, view by view
  int size = 512;       // pixels of renders and targets
  // Rates of T, psi_dec and psi_SR. adam off: plain descent as (19) is written.
  bool adam = true;
  double rate_planes = 0.01;
  double rate_decoder = 0.0001;
  double rate_sr = 0.0002;
  double reference_weight = 1;
  double colour_scale = 0;  // colours are kept above it, in shares of the picture; 0: painted too
  bool keep_outlines = false;
  double relief_weight = 0;  // of the relief of what the photo shows, within its loss
  double surface_rate = 0;   // of the surface's fine colours, in [0,1]
  double lock_weight = 1;  // of L_I of a locked view, times the view's own
  int lock_steps = 1;      // towards each locked view in a round on kept targets
  double solid_weight = 0;  // of opacity lost since a view was painted, in further rounds
  int random_views = 1;  // per iteration
  double random_weight = 1;
  int random_denoise_steps = 4;
  ImageLoss image_loss;  // its network is the stage's to give
  int t_max = 500;
  int t_min = 150;
  int denoise_steps = 1;
  double guidance = 1;
  bool texture = true;  // PaintOptions'
  HpdmWeights weights;  // 0 for parts that are switched off
  NoiseResampling noise;
  int coarse = 48;  // samples on a ray
  int fine = 48;

  static DetailOptions from(const Settings& settings);
  void take_live(const Settings& settings);

  // t(s) of iteration s: from t_max in the first to t_min in the last.
  int timestep(int iteration) const;
  // Shares of the rates: they fall along a cosine to a tenth.
  double rate_factor(int iteration) const;
};

}  // namespace portrait
