// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/conditioner.h"

#include "core/nn/check_shape.h"
#include "core/nn/config_reader.h"
#include "core/nn/model_pack.h"

#include <numbers>
#include <string>

namespace portrait {
namespace {

constexpr int kAzimuthHarmonics = 4;  // 45 degrees a half wave: finer than the rig's steps
constexpr int kElevationHarmonics = 2;
constexpr int kAngleFeatures = 2 * (kAzimuthHarmonics + kElevationHarmonics);
constexpr std::size_t kConvolutions = 4;  // the last three of stride 2

// Sines and cosines of multiples of the angles: [B, 2] -> [B, kAngleFeatures].
Tensor angle_features(const Tensor& angles) {
  std::vector<Tensor> features;
  const auto add = [&](const Tensor& angle, int harmonics) {
    for (int k = 1; k <= harmonics; ++k) {
      features.push_back(at::sin(angle * k));
      features.push_back(at::cos(angle * k));
    }
  };
  add(angles.select(1, 0), kAzimuthHarmonics);
  add(angles.select(1, 1), kElevationHarmonics);
  return at::stack(features, 1);
}

}  // namespace

nlohmann::json to_json(const ConditionerConfig& c) {
  return {{"latent_channels", c.latent_channels}, {"context_width", c.context_width},
          {"grid", c.grid},                       {"widths", c.widths},
          {"norm_num_groups", c.norm_num_groups}, {"view_tokens", c.view_tokens},
          {"view_width", c.view_width}};
}

ConditionerConfig conditioner_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "conditioner");
  ConditionerConfig c;
  reader.read_count("latent_channels", c.latent_channels);
  reader.read_count("context_width", c.context_width);
  reader.read_count("grid", c.grid);
  reader.read_count("norm_num_groups", c.norm_num_groups);
  reader.read_widths("widths", c.widths, c.norm_num_groups);
  reader.require(c.widths.size() == kConvolutions, "widths");
  reader.read_count("view_tokens", c.view_tokens);
  reader.read_count("view_width", c.view_width);
  return c;
}

Conditioner::Conditioner(Parameters& p, const ConditionerConfig& config) : config_(config) {
  const int width = config.context_width;
  const std::int64_t pieces = std::int64_t(config.grid) * config.grid;
  view_in_ = Linear(p, "view.in", kAngleFeatures, config.view_width);
  view_out_ = Linear(p, "view.out", config.view_width, config.view_tokens * width);
  view_norm_ = LayerNorm(p, "view.norm", width);
  int channels = config.latent_channels;
  for (std::size_t i = 0; i < kConvolutions; ++i) {
    const std::string name = "image." + std::to_string(i);
    convolutions_.emplace_back(p, name + ".conv", channels, config.widths[i], 3, i == 0 ? 1 : 2);
    channels = config.widths[i];
    norms_.emplace_back(p, name + ".norm", channels, config.norm_num_groups);
  }
  image_out_ = Linear(p, "image.out", channels, width);
  places_ = p.get("image.places", {pieces, width}, Init::kEmbedding);
  nobody_ = p.get("image.nobody", {pieces, width}, Init::kEmbedding);
  image_norm_ = LayerNorm(p, "image.norm", width);
}

Tensor Conditioner::view_tokens(const Tensor& angles) const {
  check_shape(angles, {-1, 2}, "angles");
  const Tensor hidden = at::silu(view_in_(angle_features(angles)));
  return view_norm_(
      view_out_(hidden).view({angles.size(0), config_.view_tokens, config_.context_width}));
}

Tensor Conditioner::image_tokens(const Tensor& latents) const {
  check_shape(latents, {-1, config_.latent_channels, side(), side()}, "latents of the photo");
  Tensor x = latents.contiguous(at::MemoryFormat::ChannelsLast);
  for (std::size_t i = 0; i < kConvolutions; ++i) x = at::silu(norms_[i](convolutions_[i](x)));
  return image_norm_(image_out_(x.flatten(2).transpose(1, 2)) + places_);
}

Tensor Conditioner::no_image_tokens() const { return image_norm_(nobody_ + places_).unsqueeze(0); }

Tensor Conditioner::context(const Tensor& view, const Tensor& image) const {
  const std::int64_t pieces = std::int64_t(config_.grid) * config_.grid;
  check_shape(view, {-1, config_.view_tokens, config_.context_width}, "view tokens");
  check_shape(image, {-1, pieces, config_.context_width}, "image tokens");
  return at::cat({view, image.expand({view.size(0), -1, -1})}, 1);
}

Tensor view_angles(const std::vector<Viewpoint>& views) {
  const Tensor angles = at::empty({std::int64_t(views.size()), 2});
  float* out = angles.data_ptr<float>();
  for (const Viewpoint& view : views) {
    *out++ = static_cast<float>(view.azimuth_deg * std::numbers::pi / 180);
    *out++ = static_cast<float>(view.elevation_deg * std::numbers::pi / 180);
  }
  return angles;
}

std::shared_ptr<const Conditioner> load_conditioner(const TensorMap& tensors,
                                                    const ConditionerConfig& config,
                                                    at::Device device) {
  TensorMap there;
  for (const auto& [name, tensor] : tensors) there[name] = tensor.to(device);
  return network_of<Conditioner>(Parameters::bound(std::move(there)), config);
}

std::shared_ptr<const Conditioner> load_conditioner(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("conditioner");
  return load_conditioner(load_tensors(*network.weights), conditioner_config(network.config),
                          device);
}

}  // namespace portrait
