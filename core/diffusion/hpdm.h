// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/control_branch.h"
#include "core/diffusion/hpdm_config.h"
#include "core/diffusion/hpdm_merge.h"
#include "core/diffusion/view_link.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace portrait {

class ModelPack;
struct PackNetwork;

// What HPDM is told of B target views. Nothing of it depends on the noise or the timestep: it is
// found once per view. Latents are in diffusion units, [B, L, h, w].
struct HpdmView {
  Tensor projected;  // z_proj: of the driving image as the target sees it (8)
  Tensor known;      // S_proj [B, 1, h, w] in [0, 1]: 1 = known
  Tensor driving;    // z_{i-1}: of the driving image itself; read by the Implicit-Branch
  Tensor normals;    // VAE(N^R): of the target's rendered normals; read by the geometry prior
  Tensor coarse;     // VAE(I^R): of the target's coarse render; read by the geometry prior
  std::vector<ViewLink> links;  // B, driving -> target; read by the Implicit-Branch
  // Of the links, on the latents' device: read in place of them. Empty: features are carried link
  // by link on the processor.
  std::map<int, LinkMatrices> matrices;
};

// Finds `matrices` where the latents lie on another device than the processor; else nothing.
void place_links(HpdmView& view);

// The Hybrid Priors Diffusion Model (Sec. 3.3): what is added to a frozen latent-diffusion UNet so
// that it paints a target view as its driving view asks. Explicit-Branch (9), geometry prior (11),
// Implicit-Branch (10). With all zero convolutions at zero the UNet's answer is its own exactly.
class Hpdm {
 public:
  Hpdm(Parameters& parameters, const HpdmConfig& config);

  // [z_proj of (11), S_proj], [B, L + 1, h, w]: once per view and weight of the geometry prior.
  // Throws kInternal when a map that its parts read is missing or misshapen.
  Tensor conditioning(const HpdmView& view, const HpdmWeights& weights = {}) const;

  // What the UNet adds at its sites (9) for noisy latents [B, L, h, w] at timesteps t [B]; none
  // when the Explicit-Branch is muted. Both branches see the latents, so that nothing of this may
  // be kept from one step to the next. It does not depend on the UNet's context: with guidance, one
  // call serves both answers. Differentiable. Throws kInternal naming what does not fit.
  std::vector<Tensor> operator()(const Tensor& latents, const Tensor& t, const HpdmView& view,
                                 const Tensor& conditioning,
                                 const HpdmWeights& weights = {}) const;

  const HpdmConfig& config() const { return config_; }

 private:
  std::vector<Tensor> merged(std::vector<Tensor> features, const Tensor& latents, const Tensor& t,
                             const HpdmView& view, double weight) const;

  HpdmConfig config_;
  ControlBranch explicit_;
  std::optional<GeometryPrior> geometry_;
  std::optional<ControlBranch> implicit_;
  std::vector<FeatureMerge> merges_;  // one per site
};

// From a file's tensors, all of them.
// Throws kCorrupt naming a missing, surplus, misshapen or not finite tensor.
std::shared_ptr<const Hpdm> load_hpdm(const TensorMap& tensors, const HpdmConfig& config);

// Of a pack: its network "hpdm"; in its place, where it has only that, "brushnet" as the
// Explicit-Branch alone, which is what an HPDM is before its other parts are trained. has_hpdm():
// whether it has either; hpdm_network(): which it is; pack_hpdm(): its sizes and parts. Throw
// kNotFound, kCorrupt, kUnsupported.
bool has_hpdm(const ModelPack& pack);
const PackNetwork& hpdm_network(const ModelPack& pack);
HpdmConfig pack_hpdm(const ModelPack& pack);
std::shared_ptr<const Hpdm> load_hpdm(const ModelPack& pack,
                                      PrecisionChoice precision = PrecisionChoice::kAuto);

// Where training starts: both branches are the UNet's own layers without its attention, as BrushNet
// starts; the layer that reads the known latents is that of the noisy ones, the mask's share of it
// zero; all zero convolutions are. `unet`: tensors of a UNet of the branches' sizes.
// Throws kCorrupt naming a layer that the UNet lacks.
TensorMap hpdm_of_unet(const TensorMap& unet, const HpdmConfig& config, std::uint64_t seed);

}  // namespace portrait
