// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/text_prompt.h"

namespace portrait {

TextPrompt text_prompt(const Settings& settings) {
  return {settings.get<std::string>("diffusion.prompt"),
          settings.get<std::string>("diffusion.negative_prompt"),
          settings.get<bool>("diffusion.view_prompts")};
}

}  // namespace portrait
