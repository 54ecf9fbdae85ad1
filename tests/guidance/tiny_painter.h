// SPDX-License-Identifier: Apache-2.0
// Networks of toy size, with random weights, for tests of what paints with them: latents of four
// channels at an eighth of the size, pictures in multiples of 16.
#pragma once

#include "core/nn/torch.h"

#include "core/base/random.h"
#include "core/guidance/detail_painter.h"
#include "core/nn/parameters.h"
#include "tests/diffusion/small_networks.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace portrait {

// All that a fresh network keeps at zero (its last layers, its zero convolutions) made random:
// else it would answer nothing.
inline void roughen(const Parameters& parameters, std::uint64_t seed, double strength) {
  std::uint32_t index = 0;
  for (const auto& [name, tensor] : parameters.named()) {
    RandomStream random({seed, random_purpose("tiny painter"), index++, 0});
    if (tensor.abs().max().item<float>() != 0) continue;
    random.fill_normal({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
    tensor.mul_(strength);
  }
}

inline UNetSizes tiny_sizes() {
  UNetSizes sizes;
  sizes.block_out_channels = {16, 16};
  sizes.layers_per_block = 1;
  sizes.norm_num_groups = 4;
  return sizes;
}

// The networks of a ViewDiffusion, each with its tensors and configuration.
struct TinyDiffusion {
  Parameters of_vae, of_unet, of_conditioner;
  AutoencoderConfig vae = compact_autoencoder();
  UNetConfig unet;
  ConditionerConfig conditioner{4, 16, 1, {8, 8, 8, 8}, 4, 1, 16};
  ScheduleConfig schedule{.prediction_type = Prediction::kVelocity};
  ViewDiffusion::Networks networks;

  explicit TinyDiffusion(std::uint64_t seed)
      : of_vae(Parameters::random(seed)),
        of_unet(Parameters::random(seed + 1)),
        of_conditioner(Parameters::random(seed + 2)) {
    vae.latent_channels = 4;
    vae.block_out_channels = {8, 8, 8};
    unet.in_channels = unet.out_channels = 4;
    unet.sizes = tiny_sizes();
    unet.attention = {{true, false}, true, {2, 2}, 16, 1, false};
    networks.vae = std::make_shared<AutoencoderKL>(of_vae, vae);
    networks.unet = std::make_shared<UNet2DConditionModel>(of_unet, unet);
    networks.conditioner = std::make_shared<Conditioner>(of_conditioner, conditioner);
    networks.schedule = schedule;
    roughen(of_vae, seed, 0.1);
    roughen(of_unet, seed, 0.1);
  }

  // As the pack's "vae", "unet" and "conditioner".
  void write(const std::filesystem::path& pack) const {
    const auto add = [&](const char* id, const Parameters& parameters,
                         const nlohmann::json& config) {
      TensorMap tensors;
      for (const auto& [name, tensor] : parameters.named()) tensors[name] = tensor;
      add_small_network(pack, id, tensors, config);
    };
    std::filesystem::create_directories(pack);
    add("vae", of_vae, to_json(vae));
    nlohmann::json unet_json = to_json(unet);
    unet_json["schedule"] = to_json(schedule);
    add("unet", of_unet, unet_json);
    add("conditioner", of_conditioner, to_json(conditioner));
  }
};

inline std::shared_ptr<const ViewDiffusion> tiny_diffusion(std::uint64_t seed = 1) {
  return std::make_shared<ViewDiffusion>(TinyDiffusion(seed).networks);
}

inline std::shared_ptr<const Hpdm> tiny_hpdm(std::uint64_t seed = 1) {
  HpdmConfig hpdm;
  hpdm.control = {4, 5, tiny_sizes()};
  hpdm.geometry_width = 8;
  Parameters parameters = Parameters::random(seed + 3);
  auto network = std::make_shared<Hpdm>(parameters, hpdm);
  roughen(parameters, seed, 0.05);
  return network;
}

inline std::shared_ptr<const DetailPainter> tiny_painter(std::uint64_t seed = 1) {
  return std::make_shared<DetailPainter>(tiny_diffusion(seed), tiny_hpdm(seed));
}

}  // namespace portrait
