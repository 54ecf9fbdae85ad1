// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/noise_resampling.h"

#include "core/base/error.h"
#include "core/reprojection/splat_noise.h"

#include <array>
#include <utility>

namespace portrait {
namespace {

constexpr std::array<std::pair<NoiseMode, const char*>, 4> kNames = {
    {{NoiseMode::kFixed, "fixed"},
     {NoiseMode::kRandom, "random"},
     {NoiseMode::kAnchor, "anchor"},
     {NoiseMode::kAnchorOptimised, "anchor_optimised"}}};

}  // namespace

const char* noise_mode_name(NoiseMode mode) {
  return kNames[static_cast<std::size_t>(mode)].second;
}

NoiseMode noise_mode_of(const std::string& name) {
  for (const auto& [mode, known] : kNames) {
    if (name == known) return mode;
  }
  fail(ErrorCode::kInternal, "There is no noise mode \"{}\"", name);
}

Tensor NoiseResampling::own_anchor(const NoiseShape& shape, int view) const {
  return fresh_noise({seed, random_purpose("own anchor"), 0, static_cast<std::uint32_t>(view)},
                     shape.channels, shape.height, shape.width);
}

Tensor NoiseResampling::draw(const NoiseMemory& memory, int iteration, int view) const {
  const Tensor& anchor = memory.anchor;
  const bool stays =
      mode == NoiseMode::kFixed || (mode != NoiseMode::kRandom && !memory.target.defined());
  if (stays) return anchor;
  const Tensor fresh =
      fresh_noise({seed, random_purpose("resampled noise"), static_cast<std::uint32_t>(iteration),
                   static_cast<std::uint32_t>(view)},
                  anchor.size(0), anchor.size(1), anchor.size(2))
          .to(anchor.device());
  return resample_noise(anchor, fresh, mode == NoiseMode::kRandom ? 1.0 : sigma);
}

void NoiseResampling::decide(NoiseMemory& memory, NoiseTrial trial,
                             const GradientList& driving) const {
  bool take = true;
  if (retains() && memory.target.defined()) {
    memory.scores = judge_resampling(trial.resampled, trial.kept, driving);
    take = memory.scores.accepted;
    ++memory.judged;
    if (take) ++memory.accepted;
  }
  const bool moves = take && retains() && memory.target.defined();
  memory.anchor_age = moves ? 0 : memory.anchor_age + 1;
  if (!take) {
    memory.applied = std::move(trial.kept);
    return;
  }
  if (retains()) memory.anchor = std::move(trial.noise);
  memory.target = std::move(trial.target);
  memory.latents = std::move(trial.latents);
  memory.applied = std::move(trial.resampled);
}

}  // namespace portrait
