// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"
#include "core/perception/face_trunk.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

class ModelPack;

struct FaceIdentityConfig {
  FaceTrunkConfig trunk;
  int reduced = 16;     // channels that are kept of each of the 7 x 7 places
  int embedding = 128;  // numbers of an embedding
};

// As in pack.json. face_identity_config throws kCorrupt naming what is missing or out of range.
nlohmann::json to_json(const FaceIdentityConfig& config);
FaceIdentityConfig face_identity_config(const nlohmann::json& json);

// Who is in a picture: faces of one person lie near each other by the cosine, whatever light,
// expression and side. Crops are aligned to the template of core/training/identity_alignment.h.
// Fewer than 400 000 parameters; trained on synthetic people only.
class FaceIdentity {
 public:
  static constexpr int kSize = 112;

  // Fresh weights, reproducible from the seed.
  explicit FaceIdentity(const FaceIdentityConfig& config = {}, std::uint64_t seed = 1);
  // From a file's tensors. Throws kCorrupt naming a missing, surplus or misshapen tensor.
  FaceIdentity(const TensorMap& tensors, const FaceIdentityConfig& config);
  // The network "id_compact" of a pack. Throws kNotFound, kCorrupt.
  static std::shared_ptr<const FaceIdentity> load(const ModelPack& pack);

  // pictures: [B, 3, 112, 112], aligned, sRGB in [0, 1], on the weights' device -> [B, embedding]
  // of length 1; the product of two is their cosine. Differentiable. Throws kInternal (shape).
  Tensor embed(const Tensor& pictures) const;

  // Leaves, in the order of construction; names as in the file.
  const std::vector<std::pair<std::string, Tensor>>& parameters() const { return named_; }
  TensorMap tensors() const;  // detached, by name
  const FaceIdentityConfig& config() const { return config_; }

 private:
  void build(Parameters& parameters);

  FaceIdentityConfig config_;
  std::vector<std::pair<std::string, Tensor>> named_;
  FaceTrunk trunk_;
  Conv2d reduce_;
  Linear embed_;
};

}  // namespace portrait
