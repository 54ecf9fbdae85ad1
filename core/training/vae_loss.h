// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/autoencoder_kl.h"
#include "core/nn/torch.h"

namespace portrait {

struct VaeLossWeights {
  double gradients = 0.5;  // of the differences between neighbours
  double coarse = 0.5;     // of the pictures at a half and a quarter of their size, each
  double divergence = 1e-5;
  double texture = 0;  // of texture_loss()
};

// How far pictures are from the truth, and from each other in what is sharp:
//   Charbonnier of the difference + gradients * L1 of the neighbours' differences
//   + coarse * L1 at a half and at a quarter of the size.
// Both [B, 3, H, W] with sides that are multiples of 4; a scalar, 0 for equal pictures.
Tensor reconstruction_loss(const Tensor& pictures, const Tensor& truth,
                           const VaeLossWeights& weights = {});

// How far the strength of fine detail is from the truth's, wherever that detail lies exactly: a
// decoder that is only asked for the mean of what may have been there makes hair and pores smooth.
// Of luma less its own blur, in two bands, the root mean square in windows of 16 pixels; the mean
// of its absolute difference. Pictures as above with sides that are multiples of 32; a scalar.
Tensor texture_loss(const Tensor& pictures, const Tensor& truth);

// Kullback-Leibler divergence from N(0, 1), a mean over the latents' numbers: a scalar.
Tensor divergence_loss(const Posterior& posterior);

struct VaeLosses {
  Tensor total;
  Tensor reconstruction;
  Tensor divergence;  // without its weight
  Tensor texture;     // likewise; undefined where it has no weight
};

// Pictures [B, 3, H, W] in [-1, 1] through a sample with the noise [B, L, h, w] and back.
VaeLosses vae_losses(const AutoencoderKL& vae, const Tensor& pictures, const Tensor& noise,
                     const VaeLossWeights& weights = {});

}  // namespace portrait
