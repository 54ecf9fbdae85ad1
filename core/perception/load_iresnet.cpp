// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/config_reader.h"
#include "core/nn/model_pack.h"
#include "core/perception/iresnet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace portrait {
namespace {

bool is_number(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char sign) { return sign >= '0' && sign <= '9'; });
}

// Says which other layout a file without this one's first layer has.
void refuse_others(const TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) {
    const std::string_view all = name;
    check(!is_number(all) && !all.starts_with("onnx::"), ErrorCode::kUnsupported,
          "Tensor \"{}\" is named as in an ONNX graph (buffalo_l's w600k_r50.onnx is one), where "
          "normalisations are folded into convolutions; the backbone.pth of insightface's "
          "arcface_torch, saved as safetensors, is expected",
          name);
    check(!all.starts_with("input_layer.") && !all.starts_with("body.") &&
              !all.starts_with("output_layer."),
          ErrorCode::kUnsupported,
          "Tensor \"{}\" is of an IR-50 or IR-SE-50 of another ArcFace, which is built otherwise; "
          "the backbone.pth of insightface's arcface_torch, saved as safetensors, is expected",
          name);
  }
}

// N of "layerS.N.something" for the stage S from 1 on; -1 for other names.
int block_of(std::string_view name, std::size_t stage) {
  const std::string start = fmt::format("layer{}.", stage);
  if (!name.starts_with(start)) return -1;
  int block = -1;
  std::from_chars(name.data() + start.size(), name.data() + name.size(), block);
  return block;
}

}  // namespace

nlohmann::json to_json(const IResNetConfig& config) {
  return {{"layers", config.layers}};
}

IResNetConfig iresnet_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "face network");
  IResNetConfig config;
  std::vector<int> layers(config.layers.begin(), config.layers.end());
  reader.read("layers", layers);
  reader.require(layers.size() == 4 && std::all_of(layers.begin(), layers.end(),
                                                   [](int n) { return n > 0 && n <= 256; }),
                 "layers");
  std::copy(layers.begin(), layers.end(), config.layers.begin());
  return config;
}

IResNetConfig iresnet_config_of(const TensorMap& tensors) {
  if (tensors.count("conv1.weight") == 0) refuse_others(tensors);
  IResNetConfig config;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    int last = -1;
    for (const auto& [name, tensor] : tensors) last = std::max(last, block_of(name, stage + 1));
    check(last >= 0 && last < 256, ErrorCode::kCorrupt,
          "The face network's file has no blocks \"layer{}.0\" and so on; the backbone.pth of "
          "insightface's arcface_torch, saved as safetensors, is expected",
          stage + 1);
    config.layers[stage] = last + 1;
  }
  return config;
}

std::shared_ptr<const IResNet> load_iresnet(const TensorMap& tensors) {
  const IResNetConfig config = iresnet_config_of(tensors);
  TensorMap own;
  for (const auto& [name, tensor] : tensors) {
    if (!name.ends_with(".num_batches_tracked")) own[name] = tensor;
  }
  return network_of<IResNet>(Parameters::packed(std::move(own)), config);
}

std::shared_ptr<const IResNet> load_arcface(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("arcface");
  const TensorMap tensors = load_tensors(*network.weights, at::kFloat, device);
  const IResNetConfig found = iresnet_config_of(tensors);
  const IResNetConfig stated =
      network.config.contains("layers") ? iresnet_config(network.config) : found;
  check(stated.layers == found.layers, ErrorCode::kCorrupt,
        "The pack states [{}] as the face network's \"layers\", its file has [{}]",
        fmt::join(stated.layers, ", "), fmt::join(found.layers, ", "));
  return load_iresnet(tensors);
}

}  // namespace portrait
