// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/drawn_weights.h"
#include "core/diffusion/autoencoder_kl.h"

#include <cmath>
#include <string>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSide = 512;

struct Flops {
  double encode = 0;
  double decode = 0;
};

bool holds(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

// Sums of products of all convolutions and of the attention. A convolution after a doubling of the
// pixels needs 4 of its 9 taps.
Flops count_flops(const Parameters& parameters, const AutoencoderConfig& config) {
  const double small = double(kSide) / config.reduction();
  const double large = double(kSide) / config.patch_size;
  Flops flops;
  for (const auto& [name, tensor] : parameters.named()) {
    if (tensor.dim() < 2) continue;
    double side = small;
    double share = 1;
    const auto block = name.find("_blocks.");
    const int level = block == std::string::npos ? 0 : name[block + 8] - '0';
    if (holds(name, "encoder.conv_in") || holds(name, "decoder.conv_out")) side = large;
    if (holds(name, "down_blocks")) side = large / std::exp2(level);
    if (holds(name, "up_blocks")) side = small * std::exp2(level);
    if (holds(name, "downsamplers")) side /= 2;
    if (holds(name, "upsamplers")) {
      side *= 2;
      share = 4.0 / 9;
    }
    double own = 2 * double(tensor.numel()) * side * side * share;
    if (holds(name, "to_q")) own += 4 * std::pow(side, 4) * double(tensor.size(0));
    const bool decoder = holds(name, "decoder.") || name.rfind("post_quant", 0) == 0;
    (decoder ? flops.decode : flops.encode) += own;
  }
  return flops;
}

}  // namespace

std::vector<BenchRow> bench_vae(const Machine& machine, const BenchOptions& bench, Json& findings) {
  const at::NoGradGuard no_gradient;
  const at::Device device = machine.device;
  const AutoencoderConfig config =
      bench.config == "sd15" ? AutoencoderConfig{} : compact_autoencoder();
  const Parameters parameters = names_of<AutoencoderKL>(config);
  const auto vae = drawn_network<AutoencoderKL>(config, device);
  const Flops flops = count_flops(parameters, config);
  const Tensor picture =
      drawn_tensor({1, config.in_channels, kSide, kSide}, "picture").clamp_(-1, 1).to(device);
  const int side = kSide / config.reduction();
  const Tensor latents =
      drawn_tensor({1, config.latent_channels, side, side}, "latents").to(device);
  const Json sizes{{"config", bench.config}, {"side", kSide}};
  std::vector<BenchRow> rows;
  measure(machine, bench.repeats,
          {{"vae.encode", sizes, [&] { vae->encode(picture); }, flops.encode},
           {"vae.decode", sizes, [&] { vae->decode(latents); }, flops.decode}},
          rows);
  findings["weights, MB in half precision"] = 2e-6 * double(parameters.count());
  return rows;
}

}  // namespace portrait::cli
