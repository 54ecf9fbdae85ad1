// SPDX-License-Identifier: Apache-2.0
#include "core/training/unet_validation.h"

#include <string>
#include <vector>

namespace portrait {
namespace {

constexpr int kWithoutAt = 500;
constexpr int kFirstDecoded = 300;

Tensor ask(const UnetNetworks& networks, const Tensor& noisy, int t, const Tensor& context) {
  return networks.unet(noisy, at::full({noisy.size(0)}, t, at::kLong).to(noisy.device()), context);
}

double mean_square(const Tensor& difference) { return difference.square().mean().item<double>(); }

}  // namespace

UnetValidation::UnetValidation(const LatentSet& set, const AutoencoderKL& vae,
                               const NoiseSchedule& schedule, int people, at::Device device)
    : vae_(vae),
      schedule_(schedule),
      batch_(fixed_unet_batch(set, people, LatentSize::kSmall).to(device)) {
  const at::NoGradGuard no_grad;
  truth_ = decoded(batch_.clean);
}

TrainingValues UnetValidation::score(const UnetNetworks& networks) {
  const at::NoGradGuard no_grad;
  TrainingValues values;
  const Tensor context = networks.context(batch_);
  for (const int t : {100, 300, 500, 700}) {
    const std::string number = std::to_string(t);
    const Tensor steps = at::full({1}, t, at::kLong);
    const Tensor noisy = schedule_.add_noise(batch_.clean, batch_.noise, steps);
    const Tensor target = schedule_.target(batch_.clean, batch_.noise, steps);
    const Tensor answer = ask(networks, noisy, t, context);
    values["error_" + number] = mean_square(answer - target);
    if (t == kWithoutAt) {
      UnetBatch nobody = batch_;
      nobody.kept = at::zeros_like(batch_.kept);
      values["error_without"] =
          mean_square(ask(networks, noisy, t, networks.context(nobody)) - target);
    }
    if (t < kFirstDecoded) continue;
    if (nothing_.count(t) == 0) {
      nothing_[t] = psnr_db(schedule_.denoise(noisy, at::zeros_like(noisy), steps).clean);
    }
    values["gain_" + number] =
        psnr_db(schedule_.denoise(noisy, answer, steps).clean) - nothing_.at(t);
  }
  return values;
}

Tensor UnetValidation::decoded(const Tensor& latents) const {
  std::vector<Tensor> pictures;
  for (const Tensor& one : latents.split(1)) {
    pictures.push_back(vae_.decode(vae_.from_diffusion(one)).clamp(-1, 1));
  }
  return at::cat(pictures);
}

double UnetValidation::psnr_db(const Tensor& latents) const {
  const Tensor error = ((decoded(latents) - truth_) / 2).square().flatten(1).mean(1);
  return (-10 * error.clamp_min(1e-10).log10()).mean().item<double>();
}

}  // namespace portrait
