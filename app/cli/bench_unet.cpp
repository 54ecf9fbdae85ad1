// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/bench_device.h"
#include "app/cli/drawn_weights.h"
#include "app/cli/naive_unet.h"
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

}  // namespace

std::vector<BenchRow> bench_unet(const Machine& machine, const BenchOptions& bench,
                                 Json& findings) {
  const at::NoGradGuard no_gradient;
  const at::Device device = machine.device;
  const bool published = bench.config == "sd15";
  const UNetConfig config = published ? UNetConfig{} : compact_unet();
  const ControlConfig control = published ? ControlConfig{} : compact_control();
  const Parameters unet_names = names_of<UNet2DConditionModel>(config);
  const Parameters branch_names = names_of<ControlBranch>(control);
  const double before = memory_in_use_mb(device);
  const auto unet = drawn_network<UNet2DConditionModel>(config, device);
  const double held_mb = memory_in_use_mb(device) - before;
  const auto branch = drawn_network<ControlBranch>(control, device);
  const Precision half = half_precision();
  const auto lean = device.is_cpu() ? drawn_network<UNet2DConditionModel>(config, half) : nullptr;
  const NaiveUNet naive(drawn_weights(unet_names, device), config);
  const Tensor x = drawn_tensor({1, config.in_channels, kSide, kSide}, "x").to(device);
  const Tensor conditioning =
      drawn_tensor({1, control.conditioning_channels, kSide, kSide}, "known").to(device);
  const Tensor context =
      drawn_tensor({1, kTokens, config.attention.cross_attention_dim}, "context").to(device);
  const Tensor t = at::full({1}, 500, at::TensorOptions(at::kLong).device(device));
  const Json sizes{{"config", bench.config}, {"side", kSide}, {"tokens", kTokens}};
  const double flops = count_flops(unet_names, config.sizes);
  std::vector<BenchRow> rows;
  Tensor answer;
  Tensor naive_answer;
  Tensor lean_answer;
  std::vector<BenchCase> cases = {
      {"unet", sizes, [&] { answer = (*unet)(x, t, context); }, flops},
      {"unet.naive", sizes, [&] { naive_answer = naive(x, t, context); }, flops},
      {"brushnet", sizes, [&] { branch->outputs(branch->features(x, conditioning, t)); },
       count_flops(branch_names, control.sizes)}};
  if (lean)
    cases.push_back({"unet.half", sizes, [&] { lean_answer = (*lean)(x, t, context); }, flops});
  measure(machine, bench.repeats, cases, rows);
  if (lean) {
    findings["unet: times as fast in half precision"] =
        row_named(rows, "unet").median_ms / row_named(rows, "unet.half").median_ms;
    findings["unet: root mean square difference of half precision, share of the answer's"] =
        ((answer - lean_answer).norm() / answer.norm()).item<double>();
  }
  findings["unet: times as fast as naive"] =
      row_named(rows, "unet.naive").median_ms / row_named(rows, "unet").median_ms;
  findings["unet: greatest difference from naive, share of the greatest answer"] =
      ((answer - naive_answer).abs().max() / naive_answer.abs().max()).item<double>();
  findings["unet: memory that it holds, in copies of its weights"] =
      held_mb * (1 << 20) / (4 * double(unet_names.count()));
  findings["unet: weights, MB in half precision"] = 2e-6 * double(unet_names.count());
  findings["brushnet: weights, MB in half precision"] = 2e-6 * double(branch_names.count());
  return rows;
}

}  // namespace portrait::cli
