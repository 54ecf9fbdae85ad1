// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "ui/widgets/value_slider.h"

#include <optional>
#include <string>

namespace portrait {

// Of a setting that is a number.
ValueSlider::Range slider_range(const SettingRow& row);

// The settings with what was typed for one of them; nothing when that is out of its domain.
std::optional<Settings> with_text(const Settings& settings, const std::string& key,
                                  const std::string& text);

}  // namespace portrait
