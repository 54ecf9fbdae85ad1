// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/photo_lift.h"
#include "core/training/latent_set.h"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// A pack with a fresh VAE of four channels at an eighth of the size; its hash.
inline std::string make_vae_pack(const std::filesystem::path& folder, std::uint64_t seed) {
  AutoencoderConfig config = compact_autoencoder();
  config.latent_channels = 4;
  config.block_out_channels = {8, 8, 8};
  Parameters parameters = Parameters::random(seed);
  const AutoencoderKL vae(parameters, config);
  TensorMap tensors;
  for (const auto& [name, tensor] : parameters.named()) tensors[name] = tensor;
  std::filesystem::create_directories(folder);
  save_tensors(folder / "vae.safetensors", tensors);
  PackNetwork network;
  network.id = "vae";
  network.file = "vae.safetensors";
  network.config = to_json(config);
  add_network(folder, network);
  return latent_space_of(ModelPack::open(folder));
}

// People of four views and one photo, latents of 8 x 8 and 16 x 16: a gradient that turns with the
// view, of a steepness that tells the person.
inline void write_tiny_latents(const std::filesystem::path& folder, bool held_out, int subjects,
                               const std::string& latent_space) {
  std::filesystem::create_directories(folder);
  const auto pattern = [](int person, double azimuth_deg, std::int64_t side) {
    const double turn = azimuth_deg * 3.14159265 / 180;
    const Tensor across = at::linspace(-1, 1, side).view({1, side}).expand({side, side});
    const Tensor down = across.t();
    std::vector<Tensor> channels;
    for (int c = 0; c < 4; ++c) {
      const double phase = turn + c;
      channels.push_back((1.2 - 0.8 * person) *
                         (std::cos(phase) * across + std::sin(phase) * down + 0.3 * c));
    }
    return at::stack(channels);
  };
  for (int s = 0; s < subjects; ++s) {
    std::vector<Tensor> small, large, cameras;
    for (int v = 0; v < 4; ++v) {
      small.push_back(pattern(s, 90 * v, 8));
      large.push_back(pattern(s, 90 * v, 16));
      cameras.push_back(camera_tensor(rig_camera({90.0 * v - 90, 0})));
    }
    const Tensor front = camera_tensor(rig_camera({0, 0}));
    save_latents(folder, held_out, s,
                 {at::stack(small).unsqueeze(0), at::stack(large).unsqueeze(0),
                  at::stack(cameras).unsqueeze(0), pattern(s, 20, 8).view({1, 1, 4, 8, 8}),
                  pattern(s, 20, 16).view({1, 1, 4, 16, 16}), front.view({1, 1, 16})},
                 latent_space);
  }
}

}  // namespace portrait
