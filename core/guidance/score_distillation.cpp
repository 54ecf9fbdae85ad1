// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/score_distillation.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kLow = 0.02, kHighFirst = 0.98, kHighLast = 0.5;

}  // namespace

Tensor distilled_gradient(const NoiseSchedule& schedule, const Tensor& clean, const Tensor& noise,
                          int t, const NoisePredictor& predict) {
  const at::NoGradGuard no_grad;
  const Tensor at_t = at::full({1}, t, at::kLong);
  const Tensor noisy = schedule.add_noise(clean.detach(), noise, at_t);
  const Tensor found = schedule.denoise(noisy, predict(noisy, t), at_t).noise;
  return (1 - schedule.alpha_bar(t)) * (found - noise);
}

DistilledPicture distil(const AutoencoderKL& vae, const NoiseSchedule& schedule,
                        const Tensor& picture, const Tensor& noise, int t,
                        const NoisePredictor& predict) {
  const at::AutoGradMode with_graph(true);
  const Tensor leaf = picture.detach().clone().set_requires_grad(true);
  const Tensor latents = vae.to_diffusion(vae.encode((leaf * 2 - 1).unsqueeze(0)).mean);
  const Tensor gradient = distilled_gradient(schedule, latents, noise.unsqueeze(0), t, predict);
  DistilledPicture result;
  result.norm = std::sqrt(gradient.square().mean().item<double>());
  result.gradient = torch::autograd::grad({latents}, {leaf}, {gradient}).front();
  return result;
}

int distillation_timestep(const ScheduleConfig& schedule, int step, int steps, double share) {
  check(step >= 0 && steps >= 1, ErrorCode::kInternal, "Step {} of {}", step, steps);
  const double done = steps > 1 ? std::min(1.0, double(step) / (steps - 1)) : 0;
  const double high = kHighFirst + (kHighLast - kHighFirst) * done;
  const double at = (kLow + (high - kLow) * share) * schedule.num_train_timesteps;
  return std::clamp(static_cast<int>(at), 1, schedule.num_train_timesteps - 1);
}

}  // namespace portrait
