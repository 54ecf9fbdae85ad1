// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/noise_schedule.h"

#include "core/nn/config_reader.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace portrait {
namespace {

constexpr const char* kEpsilonName = "epsilon";
constexpr const char* kVelocityName = "v_prediction";

void check_same(const Tensor& a, const Tensor& b) {
  check(a.dim() >= 1 && a.sizes() == b.sizes(), ErrorCode::kInternal,
        "Two samples of a diffusion step differ in shape");
}

}  // namespace

nlohmann::json to_json(const ScheduleConfig& c) {
  const bool epsilon = c.prediction_type == Prediction::kEpsilon;
  return {{"num_train_timesteps", c.num_train_timesteps},
          {"beta_start", c.beta_start},
          {"beta_end", c.beta_end},
          {"beta_schedule", "scaled_linear"},
          {"timestep_spacing", "leading"},
          {"steps_offset", c.steps_offset},
          {"set_alpha_to_one", c.set_alpha_to_one},
          {"prediction_type", epsilon ? kEpsilonName : kVelocityName}};
}

ScheduleConfig schedule_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "noise schedule");
  ScheduleConfig c;
  reader.read_count("num_train_timesteps", c.num_train_timesteps);
  reader.read("beta_start", c.beta_start);
  reader.require(c.beta_start > 0 && c.beta_start < 1, "beta_start");
  reader.read("beta_end", c.beta_end);
  reader.require(c.beta_end >= c.beta_start && c.beta_end < 1, "beta_end");
  reader.read("steps_offset", c.steps_offset);
  reader.require(c.steps_offset >= 0 && c.steps_offset < c.num_train_timesteps, "steps_offset");
  reader.read("set_alpha_to_one", c.set_alpha_to_one);
  reader.require_only("beta_schedule", "scaled_linear");
  reader.require_only("timestep_spacing", "leading");
  reader.require_only("trained_betas", nullptr);
  for (const char* key : {"clip_sample", "thresholding", "rescale_betas_zero_snr"}) {
    reader.require_only(key, false);
  }
  std::string prediction = kEpsilonName;
  reader.read("prediction_type", prediction);
  if (prediction == kVelocityName) {
    c.prediction_type = Prediction::kVelocity;
  } else {
    reader.require_only("prediction_type", kEpsilonName);
  }
  return c;
}

NoiseSchedule::NoiseSchedule(const ScheduleConfig& config) : config_(config) {
  const int count = config.num_train_timesteps;
  const double first = std::sqrt(config.beta_start);
  const double last = std::sqrt(config.beta_end);
  double product = 1;
  for (int t = 0; t < count; ++t) {
    const double root = count > 1 ? first + (last - first) * t / (count - 1) : first;
    product *= 1 - root * root;
    alpha_bars_.push_back(product);
  }
}

double NoiseSchedule::alpha_bar(int t) const {
  check(t < config_.num_train_timesteps, ErrorCode::kInternal,
        "Timestep {} lies outside a noise schedule of {}", t, config_.num_train_timesteps);
  if (t < 0) return config_.set_alpha_to_one ? 1 : alpha_bars_.front();
  return alpha_bars_[static_cast<std::size_t>(t)];
}

std::vector<int> NoiseSchedule::timesteps(int count) const {
  const int all = config_.num_train_timesteps;
  check(count >= 1 && count <= all, ErrorCode::kInternal,
        "{} steps were asked of a noise schedule of {}", count, all);
  std::vector<int> steps;
  for (int i = count - 1; i >= 0; --i) {
    steps.push_back(std::min(i * (all / count) + config_.steps_offset, all - 1));
  }
  return steps;
}

NoiseSchedule::Shares NoiseSchedule::shares(const Tensor& sample, const Tensor& t) const {
  check(t.dim() == 1 && t.scalar_type() == at::kLong &&
            (t.size(0) == 1 || t.size(0) == sample.size(0)),
        ErrorCode::kInternal, "A diffusion step's timesteps are not whole numbers, one a sample");
  const Tensor steps = t.cpu();
  std::vector<double> bars;
  for (std::int64_t i = 0; i < steps.size(0); ++i) {
    const auto step = steps[i].item<std::int64_t>();
    check(step >= 0, ErrorCode::kInternal, "Timestep {} lies outside a noise schedule", step);
    bars.push_back(alpha_bar(static_cast<int>(std::min<std::int64_t>(step, INT32_MAX))));
  }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(sample.dim()), 1);
  shape[0] = steps.size(0);
  const Tensor bar = at::tensor(bars, at::kDouble).view(shape);
  return {bar.sqrt().to(sample.options()), (1 - bar).sqrt().to(sample.options())};
}

Tensor NoiseSchedule::add_noise(const Tensor& clean, const Tensor& noise, const Tensor& t) const {
  check_same(clean, noise);
  const Shares share = shares(clean, t);
  return share.clean * clean + share.noise * noise;
}

Tensor NoiseSchedule::target(const Tensor& clean, const Tensor& noise, const Tensor& t) const {
  check_same(clean, noise);
  if (config_.prediction_type == Prediction::kEpsilon) return noise;
  const Shares share = shares(clean, t);
  return share.clean * noise - share.noise * clean;
}

Denoised NoiseSchedule::denoise(const Tensor& noisy, const Tensor& output, const Tensor& t) const {
  check_same(noisy, output);
  const Shares share = shares(noisy, t);
  if (config_.prediction_type == Prediction::kEpsilon) {
    return {(noisy - share.noise * output) / share.clean, output};
  }
  return {share.clean * noisy - share.noise * output, share.clean * output + share.noise * noisy};
}

Tensor NoiseSchedule::step(const Tensor& noisy, const Tensor& output, int t, int previous,
                           double eta, const Tensor& noise) const {
  check(previous < t, ErrorCode::kInternal, "A diffusion step from {} to {} goes the wrong way", t,
        previous);
  check(eta >= 0 && eta <= 1 && noise.defined() == (eta > 0), ErrorCode::kInternal,
        "A diffusion step of eta {} was called {} noise", eta,
        noise.defined() ? "with" : "without");
  const Denoised parts = denoise(noisy, output, at::full({1}, t, at::kLong));
  const double now = alpha_bar(t);
  const double then = alpha_bar(previous);
  const double variance = eta * eta * (1 - then) / (1 - now) * (1 - now / then);
  const Tensor mean =
      std::sqrt(then) * parts.clean + std::sqrt(std::max(0.0, 1 - then - variance)) * parts.noise;
  if (!noise.defined()) return mean;
  check_same(noisy, noise);
  return mean + std::sqrt(variance) * noise;
}

Tensor guided(const Tensor& without, const Tensor& with, double scale) {
  check_same(without, with);
  return without + scale * (with - without);
}

}  // namespace portrait
