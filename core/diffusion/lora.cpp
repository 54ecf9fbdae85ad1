// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/lora.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/diffusion/lora_names.h"
#include "core/nn/bounded_json.h"
#include "core/nn/model_pack.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace portrait {
namespace {

constexpr const char* kWeight = ".weight";

std::string underscored(std::string layer) {
  std::replace(layer.begin(), layer.end(), '.', '_');
  return layer;
}

// Layer, as the file writes it -> the UNet's parameter.
std::map<std::string, std::string> layers_of(const ShapeMap& unet) {
  std::map<std::string, std::string> layers;
  for (const auto& [name, shape] : unet) {
    if (shape.size() < 2 || !name.ends_with(kWeight)) continue;
    const std::string layer = name.substr(0, name.size() - std::string(kWeight).size());
    layers[layer] = name;
    layers[underscored(layer)] = name;
  }
  return layers;
}

// What PEFT writes beside the tensors; its per-layer forms change the factor in ways not read here.
double stated_alpha(const SafetensorsFile& file) {
  const auto found = file.metadata().find("lora_adapter_metadata");
  if (found == file.metadata().end()) return 0;
  const nlohmann::json stated = parse_json(found->second, file.path());
  if (!stated.is_object()) return 0;
  for (const char* key : {"unet.use_rslora", "unet.use_dora", "unet.alpha_pattern"}) {
    const auto value = stated.find(key);
    const bool unset = value == stated.end() || value->empty() || *value == false;
    check(unset, ErrorCode::kUnsupported,
          "The LoRA \"{}\" states \"{}\", which is not read; merge it into the UNet where it was "
          "made and import that",
          file.path().string(), key);
  }
  const auto alpha = stated.find("unet.lora_alpha");
  return alpha != stated.end() && alpha->is_number() ? alpha->get<double>() : 0;
}

std::int64_t product_from(const std::vector<std::int64_t>& shape, std::size_t first) {
  std::int64_t product = 1;
  for (std::size_t i = first; i < shape.size(); ++i) product *= shape[i];
  return product;
}

}  // namespace

UNetLora::UNetLora(const SafetensorsFile& file, const ShapeMap& unet, double scale)
    : file_(file), scale_(scale), default_alpha_(stated_alpha(file)) {
  const std::map<std::string, std::string> layers = layers_of(unet);
  for (const auto& [name, view] : file.tensors()) {
    const LoraName parsed = parse_lora_name(name);
    if (parsed.part == LoraPart::kTextEncoder) {
      of_text_encoder_.push_back(name);
      continue;
    }
    check(parsed.part != LoraPart::kOther && is_floating(view.dtype), ErrorCode::kUnsupported,
          "The LoRA \"{}\" has a tensor \"{}\", which is no part of a plain LoRA (up, down, "
          "alpha); merge it into the UNet where it was made and import that",
          file.path().string(), name);
    const auto layer = layers.find(parsed.layer);
    check(layer != layers.end(), ErrorCode::kCorrupt,
          "The LoRA \"{}\" changes a layer \"{}\" that the UNet does not have (tensor \"{}\"); it "
          "was made for another UNet",
          file.path().string(), parsed.layer, name);
    Pair& pair = pairs_[layer->second];
    std::string& place = parsed.part == LoraPart::kDown ? pair.down
                         : parsed.part == LoraPart::kUp ? pair.up
                                                        : pair.alpha;
    check(place.empty(), ErrorCode::kCorrupt,
          "The LoRA \"{}\" has both \"{}\" and \"{}\" for one part of a layer; get the file again",
          file.path().string(), place, name);
    place = name;
  }
  for (const auto& [name, pair] : pairs_) check_pair(name, pair, unet.at(name));
}

void UNetLora::check_pair(const std::string& name, const Pair& pair,
                          const std::vector<std::int64_t>& shape) const {
  check(!pair.down.empty() && !pair.up.empty(), ErrorCode::kCorrupt,
        "The LoRA \"{}\" has \"{}\" alone for the UNet's \"{}\"; both a down and an up part are "
        "expected",
        file_.path().string(),
        !pair.down.empty() ? pair.down
        : !pair.up.empty() ? pair.up
                           : pair.alpha,
        name);
  const std::vector<std::int64_t>& down = file_.at(pair.down).shape;
  const std::vector<std::int64_t>& up = file_.at(pair.up).shape;
  const bool whole = down.size() >= 2 && up.size() >= 2 && down[0] > 0;
  check(whole && up[1] == down[0], ErrorCode::kCorrupt,
        "The LoRA \"{}\" has ranks that differ: \"{}\" is [{}] and \"{}\" [{}]",
        file_.path().string(), pair.down, fmt::join(down, ", "), pair.up, fmt::join(up, ", "));
  // A kernel of one pixel may be written as a matrix and the other way round; larger ones may not.
  const bool kernel = shape.size() == 4 && product_from(shape, 2) > 1;
  const bool same_kernel =
      !kernel || std::equal(down.begin() + 1, down.end(), shape.begin() + 1, shape.end());
  check(
      up[0] == shape[0] && product_from(up, 2) == 1 && same_kernel &&
          product_from(down, 1) == product_from(shape, 1),
      ErrorCode::kCorrupt,
      "The LoRA \"{}\" does not fit the UNet: \"{}\" is [{}] and \"{}\" [{}], for \"{}\" of [{}]; "
      "it was made for another UNet",
      file_.path().string(), pair.down, fmt::join(down, ", "), pair.up, fmt::join(up, ", "), name,
      fmt::join(shape, ", "));
  check(pair.alpha.empty() || file_.at(pair.alpha).count() == 1, ErrorCode::kCorrupt,
        "The LoRA \"{}\" has \"{}\" of {} numbers; one is expected", file_.path().string(),
        pair.alpha, pair.alpha.empty() ? 0 : file_.at(pair.alpha).count());
  check(std::isfinite(factor(pair)), ErrorCode::kCorrupt,
        "The LoRA \"{}\" has a \"{}\" that is not finite; get the file again",
        file_.path().string(), pair.alpha);
}

double UNetLora::factor(const Pair& pair) const {
  const auto rank = static_cast<double>(file_.at(pair.down).shape[0]);
  const double fallback = default_alpha_ > 0 ? default_alpha_ : rank;
  const double alpha = pair.alpha.empty() ? fallback : double(file_.floats(pair.alpha)[0]);
  return scale_ * alpha / rank;
}

std::vector<std::string> UNetLora::changed() const {
  std::vector<std::string> names;
  for (const auto& [name, pair] : pairs_) names.push_back(name);
  return names;
}

void UNetLora::add_to(const std::string& name, Tensor& weight) const {
  const auto found = pairs_.find(name);
  if (found == pairs_.end()) return;
  const Pair& pair = found->second;
  const Tensor down = to_tensor(file_.at(pair.down)).to(weight.options()).flatten(1);
  const Tensor up = to_tensor(file_.at(pair.up)).to(weight.options()).flatten(1);
  weight.add_(at::mm(up, down).view_as(weight), factor(pair));
}

void merge_loras(const PackNetwork& network, TensorMap& tensors) {
  if (network.loras.empty()) return;
  ShapeMap shapes;
  for (const auto& [name, tensor] : tensors) shapes[name] = tensor.sizes().vec();
  for (const PackLora& file : network.loras) {
    const UNetLora lora(*file.weights, shapes, file.scale);
    for (const std::string& name : lora.changed()) {
      interruption_point();
      lora.add_to(name, tensors.at(name));
    }
  }
}

namespace {

class LoraReader : public TensorReader {
 public:
  LoraReader(const PackNetwork& network, std::shared_ptr<const TensorReader> weights)
      : weights_(std::move(weights)) {
    ShapeMap shapes;
    for (const auto& [name, view] : network.weights->tensors()) shapes[name] = view.shape;
    for (const PackLora& file : network.loras) {
      loras_.emplace_back(*file.weights, shapes, file.scale);
      for (const std::string& name : loras_.back().changed()) changed_.insert(name);
    }
  }

  std::vector<std::string> names() const override { return weights_->names(); }
  bool has(const std::string& name) const override { return weights_->has(name); }
  Tensor read(const std::string& name) const override {
    const Tensor plain = weights_->read(name);
    if (changed_.count(name) == 0) return plain;
    Tensor sum = plain.to(at::kFloat, false, true);  // a copy, also of fp32
    for (const UNetLora& lora : loras_) lora.add_to(name, sum);
    return sum.to(plain.scalar_type());
  }

 private:
  std::shared_ptr<const TensorReader> weights_;
  std::vector<UNetLora> loras_;
  std::set<std::string> changed_;
};

}  // namespace

std::shared_ptr<const TensorReader> with_loras(const PackNetwork& network,
                                               std::shared_ptr<const TensorReader> weights) {
  if (network.loras.empty()) return weights;
  return std::make_shared<const LoraReader>(network, std::move(weights));
}

}  // namespace portrait
