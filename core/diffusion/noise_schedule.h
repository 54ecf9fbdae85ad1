// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace portrait {

// What a diffusion network's output is: the noise, or v = sqrt(abar) noise - sqrt(1 - abar) x0
// (Salimans and Ho, ICLR 2022).
enum class Prediction { kEpsilon, kVelocity };

// Under the names of diffusers' scheduler_config.json. The defaults are Stable Diffusion 1.5's.
struct ScheduleConfig {
  int num_train_timesteps = 1000;
  double beta_start = 0.00085;
  double beta_end = 0.012;
  int steps_offset = 1;
  bool set_alpha_to_one = false;  // abar beyond the last step: 1, or abar(0)
  Prediction prediction_type = Prediction::kEpsilon;
};

nlohmann::json to_json(const ScheduleConfig& config);
// Absent keys take the defaults, other keys are ignored. Throws kCorrupt naming the key whose value
// makes no schedule; kUnsupported: betas other than "scaled_linear" or rescaled, spacing other than
// "leading", a prediction other than "epsilon" and "v_prediction", estimates that are clipped.
ScheduleConfig schedule_config(const nlohmann::json& json);

// A noisy sample taken apart: x_t = sqrt(abar) clean + sqrt(1 - abar) noise.
struct Denoised {
  Tensor clean;
  Tensor noise;
};

// How much noise each timestep 0 ... T - 1 carries, and the steps back along it. The square roots
// of the betas run linearly ("scaled linear", Rombach et al., CVPR 2022); abar is the product of
// 1 - beta up to t. Pure functions: noise comes from outside, so that seeds are the caller's.
// Samples are [B, ...] of any floating-point type and device; timesteps are whole numbers [B] or
// [1]. Throws kInternal: a timestep outside the schedule, samples of different shapes.
class NoiseSchedule {
 public:
  explicit NoiseSchedule(const ScheduleConfig& config = {});

  // abar(t); a negative t stands for what lies beyond the last step.
  double alpha_bar(int t) const;
  // `count` timesteps, descending, T / count (rounded down) apart from steps_offset on ("leading"
  // spacing of diffusers); 1 <= count <= T.
  std::vector<int> timesteps(int count) const;

  // sqrt(abar) x0 + sqrt(1 - abar) noise.
  Tensor add_noise(const Tensor& clean, const Tensor& noise, const Tensor& t) const;
  // What the network is to answer for x_t = add_noise(clean, noise, t).
  Tensor target(const Tensor& clean, const Tensor& noise, const Tensor& t) const;
  // The network's answer `output` to x_t as estimates of both parts.
  Denoised denoise(const Tensor& noisy, const Tensor& output, const Tensor& t) const;

  // DDIM (Song et al., ICLR 2021, eq. 12) from timestep t to `previous` < t, negative: beyond the
  // last step. eta 0 takes no noise; eta in (0, 1] takes `noise` of x_t's shape, eta 1 is DDPM.
  Tensor step(const Tensor& noisy, const Tensor& output, int t, int previous, double eta = 0,
              const Tensor& noise = {}) const;

  const ScheduleConfig& config() const { return config_; }

 private:
  struct Shares {
    Tensor clean;  // sqrt(abar), [B, 1, ...]
    Tensor noise;  // sqrt(1 - abar)
  };
  Shares shares(const Tensor& sample, const Tensor& t) const;

  ScheduleConfig config_;
  std::vector<double> alpha_bars_;
};

// Classifier-free guidance (Ho and Salimans, 2022): without + scale (with - without); 1 is the
// conditioned answer alone.
Tensor guided(const Tensor& without, const Tensor& with, double scale);

}  // namespace portrait
