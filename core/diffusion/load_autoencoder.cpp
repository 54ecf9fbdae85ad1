// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/autoencoder_kl.h"

#include "core/base/files.h"
#include "core/nn/model_pack.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace portrait {
namespace {

constexpr std::string_view kAttention = ".mid_block.attentions.0.";
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kRenamed = {
    {{"query", "to_q"}, {"key", "to_k"}, {"value", "to_v"}, {"proj_attn", "to_out.0"}}};

std::string modern_name(const std::string& name) {
  const auto found = name.find(kAttention);
  const auto last_dot = name.rfind('.');
  if (found == std::string::npos) return name;
  const std::size_t start = found + kAttention.size();
  if (last_dot < start) return name;
  const std::string_view layer = std::string_view(name).substr(start, last_dot - start);
  for (const auto& [old, modern] : kRenamed) {
    if (layer == old) return name.substr(0, start) + std::string(modern) + name.substr(last_dot);
  }
  return name;
}

bool is_pointwise_kernel(const Tensor& tensor) {
  return tensor.dim() == 4 && tensor.size(2) == 1 && tensor.size(3) == 1;
}

}  // namespace

TensorMap modern_autoencoder_names(const TensorMap& tensors) {
  TensorMap renamed;
  for (const auto& [name, tensor] : tensors) {
    const bool attention = name.find(kAttention) != std::string::npos;
    renamed[modern_name(name)] =
        attention && is_pointwise_kernel(tensor) ? tensor.flatten(1) : tensor;
  }
  return renamed;
}

std::shared_ptr<const AutoencoderKL> load_autoencoder(const TensorMap& tensors,
                                                      const AutoencoderConfig& config) {
  return network_of<AutoencoderKL>(Parameters::bound(modern_autoencoder_names(tensors)), config);
}

std::shared_ptr<const AutoencoderKL> load_vae(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("vae");
  if (!device.is_cpu()) {
    return load_autoencoder(load_tensors(*network.weights, at::kFloat, device),
                            autoencoder_config(network.config));
  }
  return network_of<AutoencoderKL>(
      Parameters::packed(modern_autoencoder_names(load_tensors(*network.weights))),
      autoencoder_config(network.config));
}

std::string latent_space_of(const ModelPack& pack) {
  const PackNetwork& network = pack.network("vae");
  std::string parts = fmt::format("{:.17g}\n", autoencoder_config(network.config).scaling_factor);
  for (const auto& [name, view] : network.weights->tensors()) {
    if (!AutoencoderKL::makes_latents(name)) continue;
    parts += fmt::format("{} {}\n", name, sha256_hex(view.data));
  }
  return sha256_hex(std::as_bytes(std::span(parts)));
}

}  // namespace portrait
