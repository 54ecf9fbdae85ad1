// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/conditioning.h"

#include "core/diffusion/autoencoder_kl.h"
#include "core/nn/check_shape.h"

namespace portrait {

IdentityConditioning::IdentityConditioning(std::shared_ptr<const Conditioner> conditioner,
                                           const Tensor& identity)
    : conditioner_(std::move(conditioner)) {
  check_shape(identity, {1, -1, -1, -1}, "identity");
  image_ = conditioner_->image_tokens(identity);
}

Tensor IdentityConditioning::angles(const std::vector<Viewpoint>& views) const {
  return view_angles(views).to(image_.device());
}

Tensor IdentityConditioning::context(const std::vector<Viewpoint>& views) const {
  return conditioner_->context(conditioner_->view_tokens(angles(views)), image_);
}

Tensor IdentityConditioning::without(const std::vector<Viewpoint>& views) const {
  return conditioner_->context(conditioner_->view_tokens(angles(views)),
                               conditioner_->no_image_tokens());
}

Tensor picture_latents(const AutoencoderKL& vae, const Tensor& pictures) {
  return vae.to_diffusion(vae.encode(pictures * 2 - 1).mean);
}

Tensor identity_latents(const AutoencoderKL& vae, const Tensor& crop, int side) {
  const std::int64_t px = std::int64_t(side) * vae.config().reduction();
  check_shape(crop, {3, -1, -1}, "crop");
  check(crop.size(1) == crop.size(2) && crop.size(1) % px == 0, ErrorCode::kInternal,
        "A photo of {} x {} was given to a conditioner that takes multiples of {}", crop.size(2),
        crop.size(1), px);
  const std::int64_t times = crop.size(1) / px;
  return picture_latents(vae, at::avg_pool2d(crop.unsqueeze(0), {times, times}));
}

}  // namespace portrait
