// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/run_perception.h"

#include "app/cli/network_inputs.h"
#include "core/base/error.h"
#include "core/clip/clip_text_encoder.h"
#include "core/clip/clip_vision_encoder.h"
#include "core/perception/iresnet.h"
#include "core/perception/lpips.h"

#include <algorithm>

namespace portrait::cli {

TensorMap run_text_encoder(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const Tensor& ids = input(inputs, "ids", {-1, -1}, InputKind::kAny);
  check(at::isIntegralType(ids.scalar_type(), false), ErrorCode::kBadInput,
        "The input \"ids\" is of type {}; whole numbers are expected",
        at::toString(ids.scalar_type()));
  const auto encoder = load_text_encoder(pack);
  const int longest = encoder->config().max_position_embeddings;
  check(ids.size(1) <= longest, ErrorCode::kBadInput,
        "The input \"ids\" has {} tokens a text; the text encoder takes {} at most", ids.size(1),
        longest);
  const ClipTextOutput out = (*encoder)(ids);
  return {{"last_hidden", out.last_hidden}, {"pooled", out.pooled}};
}

TensorMap run_clip_vision(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const auto encoder = load_clip_vision(pack);
  const int size = encoder->config().image_size;
  return {{"emb", (*encoder)(input(inputs, "img", {-1, 3, size, size}))}};
}

TensorMap run_lpips(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const Tensor& a = input(inputs, "a", {-1, 3, -1, -1});
  const Tensor& b = input(inputs, "b", {a.size(0), 3, a.size(2), a.size(3)});
  check(std::min(a.size(2), a.size(3)) >= TappedTrunk::kLeastSide, ErrorCode::kBadInput,
        "The inputs \"a\" and \"b\" are {} x {} pixels; {} a side are the least", a.size(3),
        a.size(2), TappedTrunk::kLeastSide);
  return {{"distance", (*load_lpips(pack))(a, b)}};
}

TensorMap run_arcface(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const int size = IResNet::kCropSize;
  return {{"emb", (*load_arcface(pack))(input(inputs, "crops", {-1, 3, size, size}))}};
}

}  // namespace portrait::cli
