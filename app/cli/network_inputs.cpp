// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/network_inputs.h"

#include "core/base/error.h"
#include "core/diffusion/unet_config.h"

#include <string>

namespace portrait::cli {

const Tensor& input(const TensorMap& inputs, const char* name,
                    const std::vector<std::int64_t>& shape, InputKind kind) {
  const auto found = inputs.find(name);
  check(found != inputs.end(), ErrorCode::kBadInput,
        "The input file has no tensor \"{}\"; `portrait pack run --help` names the inputs", name);
  const Tensor& tensor = found->second;
  bool fits = tensor.dim() == static_cast<std::int64_t>(shape.size());
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits =
        shape[i] < 0 ? tensor.size(std::int64_t(i)) > 0 : shape[i] == tensor.size(std::int64_t(i));
  }
  const auto text = [](at::IntArrayRef sizes) {
    std::string all;
    for (const auto s : sizes)
      all += (all.empty() ? "" : ", ") + (s < 0 ? "any" : std::to_string(s));
    return "[" + all + "]";
  };
  check(fits && (kind == InputKind::kAny || tensor.is_floating_point()), ErrorCode::kBadInput,
        "The input \"{}\" is {} of type {}; {} of {} type is expected", name, text(tensor.sizes()),
        at::toString(tensor.scalar_type()), text(shape),
        kind == InputKind::kAny ? "any" : "a floating-point");
  return tensor;
}

const Tensor& input_latents(const TensorMap& inputs, int channels, const UNetSizes& sizes) {
  const Tensor& x = input(inputs, "x", {-1, channels, -1, -1});
  const int cell = sizes.reduction();
  check(x.size(2) % cell == 0 && x.size(3) % cell == 0, ErrorCode::kBadInput,
        "The input \"x\" is {} x {}; multiples of {} are expected", x.size(3), x.size(2), cell);
  return x;
}

}  // namespace portrait::cli
