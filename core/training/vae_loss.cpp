// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/vae_loss.h"

#include "core/nn/check_shape.h"

namespace portrait {
namespace {

constexpr double kCorner = 2.0 / 255;  // below one step of 8 bits the loss is a square

// What is to be added to x so that it becomes its right (3) or lower (2) neighbour.
Tensor to_neighbour(const Tensor& x, std::int64_t dim) {
  const std::int64_t count = x.size(dim) - 1;
  return x.narrow(dim, 1, count) - x.narrow(dim, 0, count);
}

Tensor luma(const Tensor& rgb) {
  const Tensor weights = at::tensor({0.299F, 0.587F, 0.114F}, rgb.options()).view({1, 3, 1, 1});
  return (rgb * weights).sum(1, true);
}

// What a blur over 3 x 3 pixels takes away.
Tensor fine_band(const Tensor& x) {
  const Tensor padded = at::replication_pad2d(x, {1, 1, 1, 1});
  return x - at::avg_pool2d(padded, {3, 3}, {1, 1});
}

Tensor local_strength(const Tensor& band) {
  constexpr std::int64_t kWindow = 16;
  return at::sqrt(at::avg_pool2d(band.square(), {kWindow, kWindow}, {kWindow / 2, kWindow / 2}) +
                  kCorner * kCorner);
}

}  // namespace

Tensor texture_loss(const Tensor& pictures, const Tensor& truth) {
  Tensor mine = luma(pictures);
  Tensor right = luma(truth);
  Tensor loss = at::zeros({}, pictures.options());
  for (int band = 0; band < 2; ++band) {
    loss = loss +
           (local_strength(fine_band(mine)) - local_strength(fine_band(right))).abs().mean();
    mine = at::avg_pool2d(mine, {2, 2});
    right = at::avg_pool2d(right, {2, 2});
  }
  return loss;
}

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

VaeLosses vae_losses(const AutoencoderKL& vae, const Tensor& pictures, const Tensor& noise,
                     const VaeLossWeights& weights) {
  const Posterior posterior = vae.encode(pictures);
  VaeLosses losses;
  const Tensor decoded = vae.decode(posterior.sample(noise));
  losses.reconstruction = reconstruction_loss(decoded, pictures, weights);
  losses.divergence = divergence_loss(posterior);
  losses.total = losses.reconstruction + weights.divergence * losses.divergence;
  if (weights.texture > 0) {
    losses.texture = texture_loss(decoded, pictures);
    losses.total = losses.total + weights.texture * losses.texture;
  }
  return losses;
}

}  // namespace portrait
