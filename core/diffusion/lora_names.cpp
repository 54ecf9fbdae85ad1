// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/lora_names.h"

#include <array>
#include <string_view>

namespace portrait {
namespace {

struct Ending {
  std::string_view text;
  LoraPart part;
};
constexpr std::array kEndings = {Ending{".alpha", LoraPart::kAlpha},
                                 Ending{".lora_down.weight", LoraPart::kDown},
                                 Ending{".lora_up.weight", LoraPart::kUp},
                                 Ending{".lora_A.weight", LoraPart::kDown},
                                 Ending{".lora_B.weight", LoraPart::kUp},
                                 Ending{".lora_A.default.weight", LoraPart::kDown},
                                 Ending{".lora_B.default.weight", LoraPart::kUp},
                                 Ending{".lora.down.weight", LoraPart::kDown},
                                 Ending{".lora.up.weight", LoraPart::kUp},
                                 Ending{".lora_linear_layer.down.weight", LoraPart::kDown},
                                 Ending{".lora_linear_layer.up.weight", LoraPart::kUp},
                                 Ending{"_lora.down.weight", LoraPart::kDown},
                                 Ending{"_lora.up.weight", LoraPart::kUp}};

constexpr std::string_view kKohyaUNet = "lora_unet_";
constexpr std::string_view kProcessor = ".processor.";

bool drop_start(std::string& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.erase(0, start.size());
  return true;
}

// ATTENTION.processor.to_out -> ATTENTION.to_out.0: processors named their layers for themselves.
std::string without_processor(std::string layer) {
  const auto found = layer.find(kProcessor);
  if (found == std::string::npos) return layer;
  layer.erase(found, kProcessor.size() - 1);
  return layer.ends_with(".to_out") ? layer + ".0" : layer;
}

}  // namespace

LoraName parse_lora_name(const std::string& name) {
  LoraName parsed;
  std::string layer = name;
  drop_start(layer, "base_model.model.");
  if (layer.starts_with("lora_te") || layer.starts_with("text_encoder")) {
    parsed.part = LoraPart::kTextEncoder;
    return parsed;
  }
  for (const Ending& ending : kEndings) {
    if (!layer.ends_with(ending.text)) continue;
    layer.erase(layer.size() - ending.text.size());
    parsed.part = ending.part;
    break;
  }
  drop_start(layer, "unet.");
  parsed.underscored = drop_start(layer, kKohyaUNet);
  parsed.layer = parsed.underscored ? layer : without_processor(layer);
  return parsed;
}

}  // namespace portrait
