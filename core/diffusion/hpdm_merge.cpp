// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/hpdm_merge.h"

#include "core/nn/gradient_checkpoint.h"

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

// Half the channels, in whole groups.
int bottleneck(int channels, int groups) {
  return std::max(groups, channels / 2 / groups * groups);
}

}  // namespace

FeatureMerge::FeatureMerge(Parameters& p, const std::string& name, int channels, int groups)
    : norm1_(p, name + ".norm1", 2 * channels, groups) {
  const int inside = bottleneck(channels, groups);
  conv1_ = Conv2d(p, name + ".conv1", 2 * channels + 1, inside, 1);
  norm2_ = GroupNorm(p, name + ".norm2", inside, groups);
  conv2_ = Conv2d(p, name + ".conv2", inside, inside, 3);
  zero_ = Conv2d(p, name + ".zero", inside, channels, 1, 1, Init::kZeros);
}

Tensor FeatureMerge::operator()(const Tensor& mine, const Tensor& other, const Tensor& known,
                                double weight) const {
  return at_checkpoint(
      [this, weight](const std::vector<Tensor>& inputs) {
        return answer(inputs[0], inputs[1], inputs[2], weight);
      },
      {mine, other, known});
}

Tensor FeatureMerge::answer(const Tensor& mine, const Tensor& other, const Tensor& known,
                            double weight) const {
  const Tensor both = norm_silu(norm1_, at::cat({mine, other}, 1));
  const Tensor inside = conv1_(at::cat({both, known}, 1));
  return mine + weight * zero_(at::silu(conv2_(norm_silu(norm2_, inside))));
}

GeometryPrior::GeometryPrior(Parameters& p, const std::string& name, int latent_channels,
                             int width, int groups)
    : in_(p, name + ".conv_in", 3 * latent_channels + 1, width, 3),
      block_(p, name + ".resnet", {width, width, groups}),
      zero_(p, name + ".zero", width, latent_channels, 3, 1, Init::kZeros) {}

Tensor GeometryPrior::operator()(const Tensor& projected, const Tensor& known,
                                 const Tensor& normals, const Tensor& coarse,
                                 double weight) const {
  const Tensor joined = at::cat({projected, known, normals, coarse}, 1);
  const Tensor inside = block_(in_(joined.contiguous(at::MemoryFormat::ChannelsLast)));
  return projected + weight * zero_(at::silu(inside));
}

}  // namespace portrait
