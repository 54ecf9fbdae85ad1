// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/vae_loss.h"

#include "core/nn/check_shape.h"
#include "core/training/texture_loss.h"

namespace portrait {
namespace {

constexpr double kCorner = 2.0 / 255;  // below one step of 8 bits the loss is a square

// What is to be added to x so that it becomes its right (3) or lower (2) neighbour.
Tensor to_neighbour(const Tensor& x, std::int64_t dim) {
  const std::int64_t count = x.size(dim) - 1;
  return x.narrow(dim, 1, count) - x.narrow(dim, 0, count);
}

}  // namespace

Tensor reconstruction_loss(const Tensor& pictures, const Tensor& truth,
                           const VaeLossWeights& weights) {
  check_shape(pictures, {truth.size(0), truth.size(1), truth.size(2), truth.size(3)}, "pictures");
  const Tensor difference = pictures - truth;
  Tensor loss = (at::sqrt(difference.square() + kCorner * kCorner) - kCorner).mean();
  const Tensor gradients =
      to_neighbour(difference, 2).abs().mean() + to_neighbour(difference, 3).abs().mean();
  loss = loss + weights.gradients * gradients;
  Tensor coarse = difference;
  for (int halving = 0; halving < 2; ++halving) {
    coarse = at::avg_pool2d(coarse, {2, 2});
    loss = loss + weights.coarse * coarse.abs().mean();
  }
  return loss;
}

Tensor divergence_loss(const Posterior& posterior) {
  return 0.5 *
         (posterior.mean.square() + at::exp(posterior.logvar) - 1 - posterior.logvar).mean();
}

VaeLosses decoded_losses(const AutoencoderKL& vae, const Tensor& latents, const Tensor& pictures,
                         const RandomKey& filters, const VaeLossWeights& weights) {
  VaeLosses losses;
  const Tensor decoded = vae.decode(vae.from_diffusion(latents));
  losses.total = losses.reconstruction = reconstruction_loss(decoded, pictures, weights);
  if (weights.texture > 0) {
    losses.texture = texture_loss(decoded, pictures, filters);
    losses.total = losses.total + weights.texture * losses.texture;
  }
  return losses;
}

VaeLosses vae_losses(const AutoencoderKL& vae, const Tensor& pictures, const Tensor& noise,
                     const RandomKey& filters, const VaeLossWeights& weights) {
  const Posterior posterior = vae.encode(pictures);
  const Tensor latents = vae.to_diffusion(posterior.sample(noise));
  VaeLosses losses = decoded_losses(vae, latents, pictures, filters, weights);
  losses.divergence = divergence_loss(posterior);
  losses.total = losses.total + weights.divergence * losses.divergence;
  return losses;
}

}  // namespace portrait
