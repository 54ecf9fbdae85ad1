// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/hpdm.h"
#include "core/diffusion/hpdm_inputs.h"
#include "core/guidance/view_diffusion.h"
#include "core/nn/torch.h"

#include <memory>

namespace portrait {

class ModelPack;

struct PaintOptions {
  int t = 500;            // the timestep that the render is noised to
  int denoise_steps = 1;  // DDIM steps back from there; 1 = the plain estimate
  double guidance = 1;    // classifier-free; 1 = the conditioned answer alone
  HpdmWeights weights;
  // Where the pack's decoder has learned to make texture of it, some of the noise is left in what
  // is decoded, AutoencoderConfig::texture_timestep; false: none, as the paper has it.
  bool texture = true;
  double background = 0.5;  // behind pictures, and where what is projected is void
};

// A painted target and the latents that it was decoded from, without the noise that was left in
// them.
struct Painted {
  Tensor picture;  // [3,S,S] in [0,1]: I_D
  Tensor latents;  // [L,s,s], diffusion units
};

// The Hybrid Priors Diffusion Model at work: it repaints a view of the head, driven by another
// view. What of a view depends on neither noise nor timestep is found once, by view().
class DetailPainter {
 public:
  // Of ViewDiffusion's networks and those of load_hpdm(). installed(): whether the pack has them
  // all. load throws kNotFound, kCorrupt, kUnsupported.
  static bool installed(const ModelPack& pack);
  static std::shared_ptr<const DetailPainter> load(const ModelPack& pack);

  DetailPainter(std::shared_ptr<const ViewDiffusion> base, std::shared_ptr<const Hpdm> hpdm);

  const ViewDiffusion& base() const { return *base_; }

  // All of a view. `render` and `normals` must be there.
  HpdmView view(const HpdmPictures& pictures, const PaintOptions& options) const;

  // The view's render, noised by `noise` [L,s,s] to options.t and denoised from there: latents
  // [L,s,s]. `of`: view() of the same pictures; `where`: the target's viewpoint.
  Tensor denoised(const HpdmView& of, const Conditioning& conditioning, const Viewpoint& where,
                  const Tensor& noise, const PaintOptions& options) const;
  // The same, and the picture that they are decoded to.
  Painted paint(const HpdmView& of, const Conditioning& conditioning, const Viewpoint& where,
                const Tensor& noise, const PaintOptions& options) const;

 private:
  std::shared_ptr<const ViewDiffusion> base_;
  std::shared_ptr<const Hpdm> hpdm_;
};

}  // namespace portrait
