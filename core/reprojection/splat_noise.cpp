// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/splat_noise.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"
#include "core/nn/random_tensor.h"

namespace portrait {

Tensor fresh_noise(const RandomKey& key, std::int64_t channels, std::int64_t height,
                   std::int64_t width) {
  check(channels >= 1 && height >= 1 && width >= 1, ErrorCode::kInternal,
        "Noise of {} x {} x {} values, expected sizes of at least 1", channels, height, width);
  return normal_tensor(key, {channels, height, width});
}

Tensor splat_noise(const SplatMap& map, const Tensor& noise, const RandomKey& fresh) {
  check_shape(noise, {-1, map.source_height, map.source_width}, "noise");
  check(noise.scalar_type() == at::kFloat, ErrorCode::kInternal, "Noise of type {}, expected float",
        at::toString(noise.scalar_type()));
  const Tensor from = noise.detach().to(at::kCPU).contiguous();
  const Tensor source = map.source.to(at::kCPU).contiguous();
  const Tensor out = fresh_noise(fresh, from.size(0), map.height(), map.width());
  const std::int64_t pixels = source.numel();
  const auto* winner = source.data_ptr<std::int32_t>();
  for (std::int64_t channel = 0; channel < from.size(0); ++channel) {
    const float* values = from.data_ptr<float>() + channel * map.source_height * map.source_width;
    float* to = out.data_ptr<float>() + channel * pixels;
    for (std::int64_t i = 0; i < pixels; ++i) {
      if (winner[i] >= 0) to[i] = values[winner[i]];
    }
  }
  return out.to(noise.device());
}

}  // namespace portrait
