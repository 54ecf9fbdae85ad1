// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "core/base/random.h"
#include "core/diffusion/control_branch.h"
#include "core/diffusion/unet_2d_condition.h"

#include <string>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSide = 64;    // of the latents of 512 x 512 pixels
constexpr int kTokens = 77;  // of the context

bool holds(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

// The side of the maps that a weight works on.
double side_of(const std::string& name, const UNetSizes& sizes) {
  const auto after = [&](const char* part) {
    return std::stoi(name.substr(name.find(part) + std::string(part).size()));
  };
  const auto site_side = [&](UNetPart part, int index) {
    for (const FeatureSite& site : feature_sites(sizes)) {
      if (site.part == part && site.index == index) return double(kSide) / site.reduction;
    }
    return 0.0;
  };
  if (holds(name, "brushnet_down_blocks.")) return site_side(UNetPart::kDown, after("_blocks."));
  if (holds(name, "brushnet_up_blocks.")) return site_side(UNetPart::kUp, after("_blocks."));
  const double least = double(kSide) / sizes.reduction();
  if (holds(name, "mid_block")) return least;
  double side = kSide;
  if (holds(name, "down_blocks.")) side = kSide >> after("_blocks.");
  if (holds(name, "up_blocks.")) side = least * (1 << after("_blocks."));
  if (holds(name, "downsamplers")) side /= 2;
  if (holds(name, "upsamplers")) side *= 2;
  return side;
}

// Sums of products of all layers for one sample. A convolution after a doubling of the pixels needs
// 4 of its 9 taps.
double count_flops(const Parameters& parameters, const UNetSizes& sizes) {
  double flops = 0;
  for (const auto& [name, tensor] : parameters.named()) {
    if (tensor.dim() < 2) continue;
    const double side = side_of(name, sizes);
    const bool of_context = holds(name, "attn2.to_k") || holds(name, "attn2.to_v");
    double times = of_context ? kTokens : side * side;
    if (holds(name, "time_emb")) times = 1;
    if (holds(name, "upsamplers")) times *= 4.0 / 9;
    flops += 2 * double(tensor.numel()) * times;
    const double channels = double(tensor.size(0));
    if (holds(name, "attn1.to_q")) flops += 4 * channels * side * side * side * side;
    if (holds(name, "attn2.to_q")) flops += 4 * channels * side * side * kTokens;
  }
  return flops;
}

Tensor normal(at::IntArrayRef shape) {
  Tensor tensor = at::empty(shape);
  RandomStream stream({1, random_purpose("bench.unet"), 0, 0});
  stream.fill_normal({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

}  // namespace

std::vector<BenchRow> bench_unet(const Machine& machine, const BenchOptions& bench,
                                 Json& findings) {
  const at::NoGradGuard no_gradient;
  const bool published = bench.config == "sd15";
  const UNetConfig config = published ? UNetConfig{} : compact_unet();
  const ControlConfig control = published ? ControlConfig{} : compact_control();
  Parameters unet_parameters = Parameters::random(1);
  Parameters branch_parameters = Parameters::random(2);
  const UNet2DConditionModel unet(unet_parameters, config);
  const ControlBranch branch(branch_parameters, control);
  const Tensor x = normal({1, config.in_channels, kSide, kSide});
  const Tensor conditioning = normal({1, control.conditioning_channels, kSide, kSide});
  const Tensor context = normal({1, kTokens, config.attention.cross_attention_dim});
  const Tensor t = at::full({1}, 500, at::kLong);
  const Json sizes{{"config", bench.config}, {"side", kSide}, {"tokens", kTokens}};
  std::vector<BenchRow> rows;
  measure(
      machine, bench.repeats,
      {{"unet", sizes, [&] { unet(x, t, context); }, count_flops(unet_parameters, config.sizes)},
       {"brushnet", sizes, [&] { branch.outputs(branch.features(x, conditioning, t)); },
        count_flops(branch_parameters, control.sizes)}},
      rows);
  findings["unet: weights, MB in half precision"] = 2e-6 * double(unet_parameters.count());
  findings["brushnet: weights, MB in half precision"] = 2e-6 * double(branch_parameters.count());
  return rows;
}

}  // namespace portrait::cli
