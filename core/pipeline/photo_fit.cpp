// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/photo_fit.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/random.h"
#include "core/field/renderer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr int kMargin = 6;              // feature pixels of context that the super-resolution needs
constexpr int kWarmUp = 10;             // steps
constexpr double kLastRate = 0.03;      // of the first, at the end of the cosine
constexpr int kKeepEvery = 25;          // steps between two good states

Field leaves_of(Field head) {
  head.requires_grad(true);
  return head;
}

}  // namespace

PhotoFitOptions PhotoFitOptions::from(const Settings& settings) {
  PhotoFitOptions options;
  options.take_live(settings);
  options.hold_views = settings.get<int>("photo_fit.hold_views");
  options.minutes = settings.get<double>("photo_fit.minutes");
  options.steps_max = settings.get<int>("photo_fit.steps_max");
  return options;
}

void PhotoFitOptions::take_live(const Settings& settings) {
  rate_planes = settings.get<double>("photo_fit.learning_rate_planes");
  rate_decoder = settings.get<double>("photo_fit.learning_rate_decoder");
  rate_sr = settings.get<double>("photo_fit.learning_rate_sr");
  relief_weight = settings.get<double>("photo_fit.relief_weight");
  hold_weight = settings.get<double>("photo_fit.hold_weight");
}

PhotoFit::PhotoFit(Field head, const Field& first_head, const PhotoTarget& target,
                   std::uint64_t seed, const PhotoFitOptions& options)
    : head_(leaves_of(std::move(head))),
      target_(target),
      seed_(seed),
      options_(options),
      sampler_(target.camera, target.width, head_.frame.half_extent, head_.device()),
      hold_(first_head, target, seed, {}),
      planes_(live_rate_adam({{"planes", head_.planes}})),
      decoder_(live_rate_adam(head_.decoder.named_parameters())),
      sr_(live_rate_adam(head_.sr.named_parameters())),
      good_(head_.parameters(), {{"planes", &planes_}, {"decoder", &decoder_}, {"sr", &sr_}}) {
  keep_good();
}

// Uniform over the image, among places that show some of the head.
PixelRect PhotoFit::choose_patch(int step) const {
  const int width = target_.width;
  const int patch = std::min(options_.patch, width);
  RandomStream random({seed_, random_purpose("photo_fit.patch"), static_cast<uint32_t>(step), 0});
  PixelRect rect{0, 0, patch, patch};
  for (int attempt = 0; attempt < 16; ++attempt) {
    // Beyond the border and back, so that border pixels come up as often as others.
    const auto place = [&] {
      return std::clamp(random.integer(-patch / 3, width - patch + patch / 3), 0, width - patch);
    };
    rect.x = place();
    rect.y = place();
    const Tensor seen = target_.matte_low.narrow(0, rect.y, patch).narrow(1, rect.x, patch).mean();
    if (seen.item<float>() > 0.05F) break;
  }
  return rect;
}

LossTerms PhotoFit::reference_loss(int step) const {
  const PixelRect rect = choose_patch(step);
  const RandomKey key{seed_, random_purpose("photo_fit.samples"), static_cast<uint32_t>(step), 0};
  const Tensor depths = sampler_.depths(rect, options_.spread, options_.near, key);
  RenderOptions over_background;
  over_background.background = {{target_.background, target_.background, target_.background}};
  const RenderOutput rendered =
      render_depths(head_, sampler_.rays(rect), depths, over_background);
  const Tensor features =
      rendered.features.t().reshape({1, kFieldChannels, rect.height, rect.width});
  const auto crop = [&](const Tensor& t, int scale) {  // [..,H,W]
    return t.narrow(-2, rect.y * scale, rect.height * scale)
        .narrow(-1, rect.x * scale, rect.width * scale);
  };
  ReferenceWindow window;
  window.low = features[0].narrow(0, 0, 3);
  window.opacity = rendered.opacity.reshape({rect.height, rect.width});
  window.photo_low = crop(target_.rgb_low, 1);
  window.matte_low = crop(target_.matte_low, 1);
  const auto terms = [&] {
    LossTerms all = reference_terms(window);
    if (options_.relief_weight > 0) {
      const Tensor depth = rendered.depth.reshape({rect.height, rect.width});
      all.emplace_back("relief",
                       hold_.relief(rect, depth, window.opacity) * options_.relief_weight);
    }
    return all;
  };
  if (head_.sr.empty()) return terms();

  // Without the rim where the network sees the patch's edge instead of its surroundings.
  constexpr int kScale = SuperResolution::kScale;
  const int width = target_.width;
  const int left = rect.x == 0 ? 0 : kMargin;
  const int top = rect.y == 0 ? 0 : kMargin;
  const int right = rect.x + rect.width == width ? 0 : kMargin;
  const int bottom = rect.y + rect.height == width ? 0 : kMargin;
  const auto trim = [&](const Tensor& t) {
    return t.narrow(-2, top * kScale, (rect.height - top - bottom) * kScale)
        .narrow(-1, left * kScale, (rect.width - left - right) * kScale);
  };
  window.picture = trim(head_.sr.forward(features)[0]);
  window.photo = trim(crop(target_.rgb, kScale));
  window.matte = trim(crop(target_.matte, kScale))[0];
  return terms();
}

FitLosses PhotoFit::backward(int step) {
  planes_.zero_grad();
  decoder_.zero_grad();
  sr_.zero_grad();
  LossTerms loss = reference_loss(step);
  if (options_.hold_weight > 0) {
    const Hold::Terms hold = hold_.terms(head_, step, options_.hold_views);
    loss.emplace_back("hold density", hold.density * options_.hold_weight);
    loss.emplace_back("hold colour", hold.colour * options_.hold_weight);
    if (hold.views.defined()) {
      loss.emplace_back("hold views", hold.views * options_.hold_weight);
    }
  }
  Tensor total = loss.front().second;
  for (std::size_t i = 1; i < loss.size(); ++i) total = total + loss[i].second;
  FitLosses losses;
  losses.terms.emplace_back("total", total.item<double>());
  for (const auto& [name, value] : loss)
    losses.terms.emplace_back(name, value.item<double>());
  if (!losses.non_finite().empty()) return losses;
  interruption_point();
  total.backward();
  for (const auto& [name, optimiser] :
       {std::pair<const char*, const Adam*>{"gradient of the planes", &planes_},
        {"gradient of the decoder", &decoder_},
        {"gradient of the super-resolution", &sr_}}) {
    const double norm = optimiser->gradient_norm();
    if (!std::isfinite(norm)) losses.terms.emplace_back(name, norm);
  }
  return losses;
}

double PhotoFit::rate_factor() const {
  const double warm = std::min(1.0, (step_ + 1.0) / kWarmUp);
  const double t = steps_ > 0 ? std::min(1.0, double(step_) / steps_) : 0;
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * t));
  return damping_ * warm * (kLastRate + (1 - kLastRate) * cosine);
}

void PhotoFit::apply() {
  const double factor = rate_factor();
  planes_.step(options_.rate_planes * factor);
  if (options_.rate_decoder > 0) decoder_.step(options_.rate_decoder * factor);
  if (options_.rate_sr > 0) sr_.step(options_.rate_sr * factor);
}

StageResult PhotoFit::step() {
  check(steps_ > 0, ErrorCode::kInternal, "The photo fit was stepped before it was planned");
  if (step_ % options_.refresh_every == 0) sampler_.refresh(head_);
  StageResult result;
  result.losses = backward(draws_);
  ++draws_;
  const Interruptible whole_or_not([] { return false; });
  const std::string culprit = result.losses.non_finite();
  if (!culprit.empty()) {
    good_.restore();
    step_ = good_step_;
    sampler_.refresh(head_);
    ++rollbacks_;
    damping_ *= 0.5;
    check(
        rollbacks_ < 2, ErrorCode::kNumerical,
        "The photo fit met a value that is not finite ({}) again after going back to step {} with "
        "half the step size. The head of that step is kept; start again with lower learning "
        "rates.",
        culprit, step_);
    result.rolled_back = true;
    result.losses.terms.assign({{culprit, result.losses.terms.back().second}});
    return result;
  }
  apply();
  ++step_;
  if (step_ % kKeepEvery == 0) keep_good();
  return result;
}

int PhotoFit::plan() {
  using Clock = std::chrono::steady_clock;
  constexpr int kTimed = 3;
  const TensorMap before = good_.copy();
  const int rounds = std::min(kTimed, options_.steps_max);
  sampler_.refresh(head_);
  double seconds = 0;
  try {
    backward(0);  // the first one allocates
    apply();
    const auto begin = Clock::now();
    for (int i = 0; i < rounds; ++i) {
      backward(i);
      apply();
    }
    seconds = std::chrono::duration<double>(Clock::now() - begin).count() / rounds;
  } catch (const Interrupted&) {
    good_.restore(before);
    throw;
  }
  good_.restore(before);
  const double budget = budget_seconds() / std::max(seconds, 1e-6);
  steps_ = std::clamp(static_cast<int>(budget), 1, options_.steps_max);
  return steps_;
}

void PhotoFit::keep_good() {
  good_.keep();
  good_step_ = step_;
}

void PhotoFit::save_to(TensorMap& tensors, nlohmann::json& state) const {
  good_.save_moments(tensors, "fit.");
  sampler_.save_to(tensors, "fit.sampler.");
  state = {{"step", step_},
           {"steps", steps_},
           {"draws", draws_},
           {"rollbacks", rollbacks_},
           {"damping", damping_},
           {"hold_views", options_.hold_views},
           {"steps_max", options_.steps_max},
           {"minutes", options_.minutes}};
}

void PhotoFit::load_from(const TensorMap& tensors, const nlohmann::json& state) {
  good_.load_moments(tensors, "fit.");
  sampler_.load_from(tensors, "fit.sampler.");
  try {
    step_ = state.at("step").get<int>();
    steps_ = state.at("steps").get<int>();
    draws_ = state.at("draws").get<int>();
    rollbacks_ = state.at("rollbacks").get<int>();
    damping_ = state.at("damping").get<double>();
    options_.hold_views = state.at("hold_views").get<int>();
    options_.steps_max = state.at("steps_max").get<int>();
    options_.minutes = state.at("minutes").get<double>();
  } catch (const nlohmann::json::exception& e) {
    fail(ErrorCode::kCorrupt, "The state of the photo fit in the project is damaged: {}", e.what());
  }
  keep_good();
}

}  // namespace portrait
