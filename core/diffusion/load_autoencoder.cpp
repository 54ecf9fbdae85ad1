// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/autoencoder_kl.h"

#include "core/base/files.h"
#include "core/diffusion/autoencoder_names.h"
#include "core/nn/model_pack.h"

#include <fmt/format.h>

#include <map>
#include <span>
#include <string>

namespace portrait {

TensorMap modern_autoencoder_names(const TensorMap& tensors) {
  TensorMap renamed;
  for (const auto& [name, tensor] : tensors) {
    renamed[modern_autoencoder_name(name)] =
        tensor.reshape(modern_autoencoder_shape(name, tensor.sizes().vec()));
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
  return latent_space_of(pack.network("vae"));
}

std::string latent_space_of(const PackNetwork& vae) {
  std::string parts = fmt::format("{:.17g}\n", autoencoder_config(vae.config).scaling_factor);
  std::map<std::string, TensorView> tensors;  // a file under older names is the same autoencoder
  for (const auto& [name, view] : vae.weights->tensors()) {
    tensors.emplace(modern_autoencoder_name(name), view);
  }
  for (const auto& [name, view] : tensors) {
    if (!AutoencoderKL::makes_latents(name)) continue;
    parts += fmt::format("{} {}\n", name, sha256_hex(view.data));
  }
  return sha256_hex(std::as_bytes(std::span(parts)));
}

}  // namespace portrait
