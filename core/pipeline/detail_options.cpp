// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/detail_options.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace portrait {
namespace {

constexpr double kLastRate = 0.1;

double share_done(int iteration, int iterations) {
  return iterations > 1 ? std::min(1.0, double(iteration) / (iterations - 1)) : 0.0;
}

}  // namespace

DetailOptions DetailOptions::from(const Settings& settings) {
  DetailOptions options;
  options.take_live(settings);
  options.iterations = settings.get<int>("detail.iterations");
  options.size = settings.get<int>("detail.size");
  options.noise.mode = noise_mode_of(settings.get<std::string>("noise.mode"));
  options.coarse = settings.get<int>("render.coarse_samples");
  options.fine = settings.get<int>("render.fine_samples");
  return options;
}

void DetailOptions::take_live(const Settings& settings) {
  views_per_iteration = settings.get<int>("detail.views_per_iteration");
  inner_steps = settings.get<int>("detail.inner_steps");
  adam = settings.get<std::string>("detail.optimizer") == "adam";
  rate_planes = settings.get<double>("detail.learning_rate_planes");
  rate_decoder = settings.get<double>("detail.learning_rate_decoder");
  rate_sr = settings.get<double>("detail.learning_rate_sr");
  reference_weight = settings.get<double>("detail.reference_weight");
  colour_scale = settings.get<double>("detail.colour_scale");
  keep_outlines = settings.get<bool>("detail.keep_outlines");
  relief_weight = settings.get<double>("detail.relief_weight");
  surface_rate = settings.get<double>("detail.surface_rate");
  lock_weight = settings.get<double>("detail.lock_weight");
  lock_steps = settings.get<int>("detail.lock_steps");
  solid_weight = settings.get<double>("detail.solid_weight");
  random_views = settings.get<int>("detail.random_views");
  random_weight = settings.get<double>("detail.random_weight");
  image_loss.gradients = settings.get<double>("detail.slope_weight");
  image_loss.perceptual = settings.get<double>("detail.perceptual_weight");
  random_denoise_steps = settings.get<int>("diffusion.random_denoise_steps");
  t_max = settings.get<int>("diffusion.t_max");
  t_min = std::min(settings.get<int>("diffusion.t_min"), t_max);
  denoise_steps = settings.get<int>("diffusion.denoise_steps");
  guidance = settings.get<double>("diffusion.guidance");
  texture = settings.get<bool>("diffusion.texture");
  const auto weight = [](bool on, double value) { return on ? value : 0.0; };
  weights.explicit_branch =
      weight(settings.get<bool>("hpdm.explicit"), settings.get<double>("hpdm.w_ex"));
  weights.implicit_branch =
      weight(settings.get<bool>("hpdm.implicit"), settings.get<double>("hpdm.w_im"));
  weights.geometry_prior =
      weight(settings.get<bool>("hpdm.geometry_prior"), settings.get<double>("hpdm.w_geo"));
  noise.sigma = settings.get<double>("noise.sigma");
}

int DetailOptions::timestep(int iteration) const {
  return static_cast<int>(std::lround(t_max + (t_min - t_max) * share_done(iteration, iterations)));
}

double DetailOptions::rate_factor(int iteration) const {
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * share_done(iteration, iterations)));
  return kLastRate + (1 - kLastRate) * cosine;
}

}  // namespace portrait
