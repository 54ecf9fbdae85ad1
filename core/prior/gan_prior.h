// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch.h"
#include "core/prior/head_prior.h"

#include <memory>

namespace portrait {

// Stage 1, equation (3): T_init = G_enc(I), Psi_init = {T_init, psi_dec, psi_SR}. One feed-forward
// pass makes a head of a photo.
class GanPrior {
 public:
  // Network "prior" of the pack, by its configuration's "architecture": "plane_encoder" (or none),
  // our own; "portrait4d" (portrait4d/portrait4d_prior.h); "torchscript" (script_prior.h).
  // Throws kNotFound (pack without a prior), kUnsupported (another architecture), kCorrupt (tensors
  // that do not fit its configuration), kBadInput (code that is not trusted).
  static GanPrior load(const ModelPack& pack, at::Device device = at::kCPU);
  // The first two architectures.
  static GanPrior load(const TensorMap& tensors, const nlohmann::json& config,
                       at::Device device = at::kCPU);

  // As HeadPrior says. Throws kInternal on shapes that do not fit each other.
  Field infer(const PriorInput& input) const;
  Field infer(const Tensor& crop, const Tensor& matte, const Camera& camera) const {
    return infer({crop, matte, camera, {}});
  }

 private:
  explicit GanPrior(std::unique_ptr<HeadPrior> prior) : prior_(std::move(prior)) {}
  std::unique_ptr<HeadPrior> prior_;
};

}  // namespace portrait
