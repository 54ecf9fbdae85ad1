// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch.h"

#include <memory>

namespace portrait {

class PlaneEncoder;

// Stage 1, equation (3): T_init = G_enc(I), Psi_init = {T_init, psi_dec, psi_SR}. One feed-forward
// pass makes a head of a photo.
class GanPrior {
 public:
  // Network "prior" of the pack: "encoder.*", "decoder.*", "superresolution.*".
  // Throws kNotFound (pack without a prior), kCorrupt (tensors that do not fit its configuration).
  static GanPrior load(const ModelPack& pack, at::Device device = at::kCPU);
  static GanPrior load(const TensorMap& tensors, const nlohmann::json& config,
                       at::Device device = at::kCPU);
  ~GanPrior();
  GanPrior(GanPrior&&) noexcept;
  GanPrior& operator=(GanPrior&&) noexcept;

  // crop:   [3,S,S] f32 sRGB in [0,1], background at 0.5; the canonical crop, S = 512 usually
  // matte:  [1,S,S] in [0,1]
  // camera: the crop's
  // Returns a field whose tensors are its own (optimising it leaves the prior as it was), without
  // gradients.
  Field infer(const Tensor& crop, const Tensor& matte, const Camera& camera) const;

 private:
  GanPrior(std::unique_ptr<PlaneEncoder> encoder, Decoder decoder, SuperResolution sr,
           at::Device device);
  std::unique_ptr<PlaneEncoder> encoder_;
  Decoder decoder_;
  SuperResolution sr_;
  at::Device device_;
};

}  // namespace portrait
