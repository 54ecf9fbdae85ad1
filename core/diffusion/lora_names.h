// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace portrait {

// What a tensor of a LoRA file is, told by its name.
enum class LoraPart {
  kDown,         // [rank, in], or a convolution's kernel to `rank` channels
  kUp,           // [out, rank]
  kAlpha,        // one number
  kTextEncoder,  // a change of the text encoder's
  kOther         // none of these
};

struct LoraName {
  LoraPart part = LoraPart::kOther;
  // The UNet's layer, under diffusers' name; with _ for each dot where `underscored`.
  std::string layer;
  bool underscored = false;
};

// The namings in use: kohya's (lora_unet_LAYER.lora_down.weight), diffusers' and PEFT's
// ([unet.]LAYER.lora_A.weight, LAYER.lora.down.weight, ATTENTION.processor.to_q_lora.down.weight).
LoraName parse_lora_name(const std::string& name);

}  // namespace portrait
