// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/diffusion/conditioner.h"
#include "core/nn/torch.h"

#include <memory>
#include <vector>

namespace portrait {

class AutoencoderKL;

// What the noise predictor is told of the pictures that it is to make: its context tokens. Whoever
// denoises asks for nothing else, whatever a pack is conditioned on: a photo, or a text.
class Conditioning {
 public:
  virtual ~Conditioning() = default;

  // Of pictures seen from `views` (azimuth 0 = the front of the head): [B, M, width], B = the
  // number of views.
  virtual Tensor context(const std::vector<Viewpoint>& views) const = 0;
  // What takes its place in the half of classifier-free guidance that is told less (guided() of
  // noise_schedule.h); the same shape.
  virtual Tensor without(const std::vector<Viewpoint>& views) const = 0;
};

// Where each view stands and whose head it is: the compact pack's conditioning. Without: the view
// alone, of nobody in particular. Differentiable in the conditioner's parameters.
class IdentityConditioning : public Conditioning {
 public:
  // identity: [1, L, 8 g, 8 g], diffusion's units, on the conditioner's device; see
  // identity_latents(). Throws kInternal naming the shape.
  IdentityConditioning(std::shared_ptr<const Conditioner> conditioner, const Tensor& identity);

  Tensor context(const std::vector<Viewpoint>& views) const override;
  Tensor without(const std::vector<Viewpoint>& views) const override;

 private:
  Tensor angles(const std::vector<Viewpoint>& views) const;

  std::shared_ptr<const Conditioner> conditioner_;
  Tensor image_;  // [1, g * g, width]
};

// Latents of pictures [B, 3, H, W] in [0, 1], in diffusion's units: the posterior's mean, scaled.
Tensor picture_latents(const AutoencoderKL& vae, const Tensor& pictures);

// The photo as the conditioner takes it. crop: [3, S, S] in [0, 1], the canonical crop over grey
// 0.5, S a multiple of `side` times the VAE's reduction; areas are averaged down to that.
// -> [1, L, side, side]; side = Conditioner::side(). Throws kInternal naming the shape.
Tensor identity_latents(const AutoencoderKL& vae, const Tensor& crop, int side);

}  // namespace portrait
