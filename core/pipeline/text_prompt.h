// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/diffusion/view_prompt.h"

namespace portrait {

// What the settings say in words of what is painted.
TextPrompt text_prompt(const Settings& settings);

}  // namespace portrait
