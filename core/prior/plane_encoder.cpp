// SPDX-License-Identifier: Apache-2.0
#include "core/prior/plane_encoder.h"

#include "core/nn/check_shape.h"
#include "core/nn/random_tensor.h"
#include "core/prior/photo_lift.h"
#include "core/prior/rim_colours.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace portrait {
namespace {

// RGB, matte and facing; rim colours and matte, where the head hides itself too.
constexpr int kLifted = 5 + 4;
constexpr int kTokenGrid = 8;  // tokens per side, of the photo and of each plane
constexpr int kWidth64 = 48;  // channels at 64 x 64
constexpr int kPhotoTokens = kTokenGrid * kTokenGrid;
constexpr int kPlaneTokens = kTokenGrid * kTokenGrid;

Tensor rectify(const Tensor& x) { return at::leaky_relu(x, 0.2); }

Tensor grain_of(const PlaneEncoderConfig& config, int plane, int slice) {
  const std::int64_t side = config.plane_resolution;
  return normal_tensor({0, random_purpose("prior.grain"), static_cast<std::uint32_t>(plane),
                        static_cast<std::uint32_t>(slice)},
                       {1, config.grain_channels, side, side});
}

Tensor upsample2(const Tensor& x) {
  return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, false);
}

}  // namespace

nlohmann::json to_json(const PlaneEncoderConfig& c) {
  return {{"depth_slices", c.depth_slices},     {"plane_resolution", c.plane_resolution},
          {"plane_channels", c.plane_channels}, {"token_width", c.token_width},
          {"token_layers", c.token_layers},     {"token_heads", c.token_heads},
          {"grain_channels", c.grain_channels}};
}

PlaneEncoderConfig plane_encoder_config(const nlohmann::json& json) {
  PlaneEncoderConfig c;
  const auto read = [&](const char* key, int& value) {
    check(json.contains(key) && json[key].is_number_integer() && json[key].get<int>() > 0,
          ErrorCode::kCorrupt, "The prior's configuration lacks a positive \"{}\"", key);
    value = json[key].get<int>();
  };
  read("depth_slices", c.depth_slices);
  read("plane_resolution", c.plane_resolution);
  read("plane_channels", c.plane_channels);
  read("token_width", c.token_width);
  read("token_layers", c.token_layers);
  read("token_heads", c.token_heads);
  if (json.contains("grain_channels") && json["grain_channels"] != 0) {  // packs before had none
    read("grain_channels", c.grain_channels);
  }
  return c;
}

TensorMap with_all_inputs(TensorMap tensors, const PlaneEncoderConfig& config) {
  for (auto& [name, tensor] : tensors) {
    // The lifted channels are a convolution's last ones but for grain.
    const auto grow = [&](std::int64_t inputs) {
      if (tensor.dim() != 4 || tensor.size(1) >= inputs) return;
      tensor = at::constant_pad_nd(tensor, {0, 0, 0, 0, 0, inputs - tensor.size(1)}, 0);
    };
    if (name.ends_with(".join32.weight") || name.ends_with(".join64.weight")) grow(kLifted);
    if (name.ends_with(".up128.weight")) grow(kWidth64 + kLifted + config.grain_channels);
  }
  return tensors;
}

PlaneEncoder::PlaneEncoder(Parameters& p, const PlaneEncoderConfig& config) : config_(config) {
  const int width = config.token_width;
  const int slices = config.depth_slices;
  const int resolution = config.plane_resolution;
  const int stages[5] = {6, 32, 64, 128, width};  // RGB, matte and two coordinates go in
  for (int i = 0; i < 4; ++i) {
    const std::string name = "encoder." + std::to_string(i);
    downs_.emplace_back(p, name + ".down", stages[i], stages[i + 1], 3, 2);
    residuals_.push_back({GroupNorm(p, name + ".norm", stages[i + 1]),
                          Conv2d(p, name + ".first", stages[i + 1], stages[i + 1], 3),
                          Conv2d(p, name + ".second", stages[i + 1], stages[i + 1], 3, 1,
                                 Init::kZeros)});
  }
  camera_token_ = Linear(p, "tokens.camera", 16, width);
  photo_places_ = p.get("tokens.photo_places", {1, kPhotoTokens, width}, Init::kEmbedding);
  plane_tokens_ = p.get("tokens.planes", {1, 3 * kPlaneTokens, width}, Init::kEmbedding);
  for (int i = 0; i < config.token_layers; ++i) {
    const std::string name = "tokens.layers." + std::to_string(i);
    layers_.push_back({LayerNorm(p, name + ".norm1", width),
                       Linear(p, name + ".qkv", width, 3 * width),
                       Linear(p, name + ".out", width, width, Init::kZeros),
                       LayerNorm(p, name + ".norm2", width),
                       Linear(p, name + ".expand", width, 2 * width),
                       Linear(p, name + ".contract", 2 * width, width, Init::kZeros)});
  }
  for (int plane = 0; plane < 3; ++plane) {
    const std::string of_plane = "generator." + std::to_string(plane);
    Generator generator{Conv2d(p, of_plane + ".up16", width, 128, 3), {}};
    for (int slice = 0; slice < slices; ++slice) {
      const std::string name = of_plane + "." + std::to_string(slice);
      generator.slices.push_back(
          {Conv2d(p, name + ".up32", 128, 64, 3), Conv2d(p, name + ".join32", kLifted, 64, 3),
           Conv2d(p, name + ".up64", 64, kWidth64, 3),
           Conv2d(p, name + ".join64", kLifted, kWidth64, 3),
           Conv2d(p, name + ".up128", kWidth64 + kLifted + config.grain_channels, 40, 3),
           Conv2d(p, name + ".out", 40, config.plane_channels, 3, 1, Init::kXavier),
           grain_of(config, plane, slice)});
    }
    generators_.push_back(std::move(generator));
  }
  mean_planes_ = p.get("mean_planes",
                       {3, slices * config.plane_channels, resolution / 2, resolution / 2},
                       Init::kEmbedding);
  surface = p.get("surface", {3, slices, resolution, resolution}, Init::kZeros);
}

Tensor PlaneEncoder::photo_tokens(const Tensor& photo, const Tensor& matte) const {
  const std::int64_t batch = photo.size(0);
  const Tensor half = at::avg_pool2d(at::cat({photo * 2 - 1, matte}, 1), {2, 2});
  const std::int64_t side = half.size(2);
  const Tensor ramp = (at::arange(side, half.options()) + 0.5) / double(side) * 2 - 1;
  Tensor x = at::cat({half, ramp.view({1, 1, 1, side}).expand({batch, 1, side, side}),
                      ramp.view({1, 1, side, 1}).expand({batch, 1, side, side})},
                     1)
                 .to(compute_type);
  for (std::size_t i = 0; i < downs_.size(); ++i) {
    x = rectify(downs_[i](x));
    const Residual& r = residuals_[i];
    x = x + r.second(rectify(r.first(r.norm(x))));
  }
  return x.flatten(2).transpose(1, 2).to(at::kFloat);
}

Tensor PlaneEncoder::transform(Tensor tokens) const {
  const std::int64_t batch = tokens.size(0);
  const std::int64_t count = tokens.size(1);
  const int heads = config_.token_heads;
  const std::int64_t head_width = config_.token_width / heads;
  for (const Attention& layer : layers_) {
    const Tensor qkv = layer.qkv(layer.norm1(tokens))
                           .view({batch, count, 3, heads, head_width})
                           .permute({2, 0, 3, 1, 4});
    const Tensor scores =
        at::matmul(qkv.select(0, 0) * (1.0 / std::sqrt(double(head_width))),
                   qkv.select(0, 1).transpose(-2, -1))
            .softmax(-1);
    const Tensor mixed = at::matmul(scores, qkv.select(0, 2)).transpose(1, 2).flatten(2);
    tokens = tokens + layer.out(mixed);
    tokens = tokens + layer.contract(at::gelu(layer.expand(layer.norm2(tokens))));
  }
  return tokens;
}

Tensor PlaneEncoder::generate(const Generator& g, const Tensor& tokens,
                              const Tensor& lifted) const {
  const Tensor shared = upsample2(rectify(g.up16(upsample2(tokens))));
  std::vector<Tensor> planes;
  for (std::size_t i = 0; i < g.slices.size(); ++i) {
    const SliceGenerator& s = g.slices[i];
    const Tensor own = lifted.select(1, static_cast<std::int64_t>(i));
    const Tensor own64 = at::avg_pool2d(own, {2, 2});
    Tensor x = rectify(s.up32(shared) + s.join32(at::avg_pool2d(own64, {2, 2})));
    x = rectify(s.up64(upsample2(x)) + s.join64(own64));
    x = at::cat({upsample2(x), own}, 1);
    if (config_.grain_channels > 0) {
      x = at::cat({x, s.grain.to(x.options()).expand({x.size(0), -1, -1, -1})}, 1);
    }
    x = rectify(s.up128(x));
    planes.push_back(s.out(x));
  }
  return at::cat(planes, 1);
}

Tensor PlaneEncoder::operator()(const Tensor& photo, const Tensor& matte,
                                const Tensor& cameras) const {
  check_shape(photo, {-1, 3, kPhotoSize, kPhotoSize}, "photo");
  check_shape(matte, {photo.size(0), 1, kPhotoSize, kPhotoSize}, "matte");
  const std::int64_t batch = photo.size(0);
  const int resolution = config_.plane_resolution;

  const Tensor from_photo = photo_tokens(photo, matte) + photo_places_;
  const Tensor tokens =
      transform(at::cat({from_photo, camera_token_(cameras).unsqueeze(1),
                         plane_tokens_.expand({batch, -1, -1})},
                        1));
  const Tensor lifted =
      lift_photo(at::cat({photo * 2 - 1, matte}, 1), cameras, surface,
                 at::cat({rim_colours(photo, matte) * 2 - 1, matte}, 1))
          .to(compute_type);
  std::vector<Tensor> planes;
  for (int plane = 0; plane < 3; ++plane) {
    const std::int64_t first = kPhotoTokens + 1 + plane * kPlaneTokens;
    const Tensor own = tokens.slice(1, first, first + kPlaneTokens)
                           .transpose(1, 2)
                           .reshape({batch, -1, kTokenGrid, kTokenGrid})
                           .to(compute_type);
    planes.push_back(
        generate(generators_[plane], own, lifted.select(1, plane)).to(mean_planes_.scalar_type()));
  }
  // Both are stored at a scale where Adam's one learning rate suits them.
  const Tensor mean = upsample2(mean_planes_).unsqueeze(0);
  return (at::stack(planes, 1) + mean)
      .view({batch, 3, config_.depth_slices, config_.plane_channels, resolution, resolution});
}

}  // namespace portrait
