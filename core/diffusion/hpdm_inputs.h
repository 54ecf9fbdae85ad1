// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/hpdm.h"
#include "core/reprojection/driving_view.h"
#include "core/reprojection/splat.h"

#include <vector>

namespace portrait {

// One target view and the view that drives it, as pictures. [3, H, W] f32 in [0, 1] over the one
// background colour, sides multiples of the VAE's reduction times the UNet's.
struct HpdmPictures {
  DrivingView driving;  // its camera, depth and masks at the picture's or any other resolution
  Tensor image;         // the driving image, H x W
  Tensor latents;       // its latents [L, h, w] in diffusion units where they are known, which
                        // spares encoding it; else undefined
  Camera target;
  Tensor normals;       // the target's rendered normals N^R in its camera's axes, (n + 1) / 2; 0.5
                        // where empty. May be undefined when no geometry prior reads it
  Tensor render;        // the target's coarse render I^R; as normals
};

struct HpdmInputOptions {
  double background = 0.5;
  SplatOptions splat;
};

// What (8) carries of a driving image into the target, at the pictures' resolution.
struct ProjectedReference {
  Tensor image;  // [3, H, W]: I_proj, the background where void
  Tensor known;  // [1, H, W]: S_proj
};
ProjectedReference project_reference(const HpdmPictures& pictures,
                                     const HpdmInputOptions& options = {});

// Encodes all that HPDM of that configuration reads of B views; pictures of one size. No gradients.
// Throws kInternal naming a picture that is missing or misshapen.
HpdmView encode_hpdm_view(const AutoencoderKL& vae, const HpdmConfig& config,
                          const std::vector<HpdmPictures>& pictures,
                          const HpdmInputOptions& options = {});

}  // namespace portrait
