// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/weights.h"

#include "core/base/interruption.h"
#include "core/field/hybrid_super_resolution.h"

#include <cmath>
#include <utility>

namespace portrait {
namespace {

constexpr const char* kIgnoredBeginnings[] = {"background.", "deformer.", "dataset_label_std",
                                              "encoder_canonical.maps", "encoder_canonical.proj_y"};
constexpr const char* kMotionLayers[] = {".attn2.", ".norm2."};

// What EG3D's layers multiply their stored weights by.
Tensor with_gain(const Tensor& weight) {
  return weight / std::sqrt(static_cast<double>(weight.size(1)));
}

// Density and colours come from a layer each; ours are the rows of one.
Decoder joined_decoder(Parameters& p) {
  constexpr int hidden = Decoder::kHidden;
  Decoder decoder;
  decoder.w0 = with_gain(p.get("decoder.net.0.weight", {hidden, kFieldChannels}, Init::kXavier));
  decoder.b0 = p.get("decoder.net.0.bias", {hidden}, Init::kZeros).clone();
  const Tensor density = p.get("decoder.out_sigma.weight", {1, hidden}, Init::kXavier);
  const Tensor colours = p.get("decoder.out_rgb.weight", {kFieldChannels, hidden}, Init::kXavier);
  decoder.w1 = at::cat({with_gain(density), with_gain(colours)});
  decoder.b1 = at::cat({p.get("decoder.out_sigma.bias", {1}, Init::kZeros),
                        p.get("decoder.out_rgb.bias", {kFieldChannels}, Init::kZeros)});
  return decoder;
}

}  // namespace

bool portrait4d_ignores(const std::string& name) {
  for (const char* beginning : kIgnoredBeginnings) {
    if (name.rfind(beginning, 0) == 0) return true;
  }
  if (name.rfind("encoder_canonical.trans_blocks_", 0) == 0) {
    for (const char* layer : kMotionLayers) {
      if (name.find(layer) != std::string::npos) return true;
    }
  }
  return name.rfind("superresolution.", 0) == 0 && is_hybrid_constant(name);
}

TensorMap portrait4d_tensors(const SafetensorsFile& file, at::Device device) {
  TensorMap tensors;
  for (const auto& [name, view] : file.tensors()) {
    if (portrait4d_ignores(name)) continue;
    interruption_point();
    tensors.emplace(name, to_tensor(view).to(device, at::kFloat));
  }
  return tensors;
}

Portrait4DParts portrait4d_parts(TensorMap tensors, const Portrait4DConfig& config) {
  for (auto entry = tensors.begin(); entry != tensors.end();) {
    entry = portrait4d_ignores(entry->first) ? tensors.erase(entry) : std::next(entry);
  }
  Parameters parameters = Parameters::bound(std::move(tensors));
  const Portrait4DParts parts = portrait4d_parts(parameters, config);
  parameters.require_all_used();
  return parts;
}

Portrait4DParts portrait4d_parts(Parameters& parameters, const Portrait4DConfig& config) {
  Portrait4DParts parts;
  parts.network = std::make_shared<const Portrait4DNetwork>(parameters, config);
  parts.rest = {joined_decoder(parameters),
                load_hybrid(parameters, "superresolution.", "w_avg", config.sr)};
  return parts;
}

DecoderAndSr portrait4d_decoder_and_sr(TensorMap tensors, const nlohmann::json& config) {
  const bool sharpens = tensors.count("w_avg") != 0;
  Parameters parameters = Parameters::bound(std::move(tensors));
  DecoderAndSr rest{joined_decoder(parameters), {}};
  if (sharpens) {
    rest.sr = load_hybrid(parameters, "superresolution.", "w_avg", portrait4d_config(config).sr);
  }
  parameters.require_all_used();
  return rest;
}

}  // namespace portrait
