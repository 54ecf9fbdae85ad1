// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/nn/torch.h"

namespace portrait {

struct VaeLossWeights {
  double gradients = 0.5;  // of the differences between neighbours
  double coarse = 0.5;     // of the pictures at a half and a quarter of their size, each
  double divergence = 1e-5;
  double texture = 0;  // of texture_loss(), which takes pieces with sides that are multiples of 32
};

// How far pictures are from the truth, and from each other in what is sharp:
//   Charbonnier of the difference + gradients * L1 of the neighbours' differences
//   + coarse * L1 at a half and at a quarter of the size.
// Both [B, 3, H, W] with sides that are multiples of 4; a scalar, 0 for equal pictures.
Tensor reconstruction_loss(const Tensor& pictures, const Tensor& truth,
                           const VaeLossWeights& weights = {});

// Kullback-Leibler divergence from N(0, 1), a mean over the latents' numbers: a scalar.
Tensor divergence_loss(const Posterior& posterior);

struct VaeLosses {
  Tensor total;
  Tensor reconstruction;
  Tensor divergence;  // without its weight; undefined where no encoder had a part
  Tensor texture;     // likewise; undefined where it has no weight
};

// Of latents [B, L, h, w], diffusion units, that are to become the pictures [B, 3, H, W] in [-1, 1];
// without a divergence, which is the encoder's. `filters`: the key of the texture's.
VaeLosses decoded_losses(const AutoencoderKL& vae, const Tensor& latents, const Tensor& pictures,
                         const RandomKey& filters, const VaeLossWeights& weights = {});

// The same of pictures through a sample with the noise [B, L, h, w] and back.
VaeLosses vae_losses(const AutoencoderKL& vae, const Tensor& pictures, const Tensor& noise,
                     const RandomKey& filters, const VaeLossWeights& weights = {});

}  // namespace portrait
