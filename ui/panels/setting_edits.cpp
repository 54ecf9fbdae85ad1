// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/setting_edits.h"

#include "core/base/error.h"

namespace portrait {

ValueSlider::Range slider_range(const SettingRow& row) {
  if (const auto* whole = std::get_if<IntegerDomain>(&row.domain)) {
    return {double(whole->low), double(whole->high), double(whole->step), true};
  }
  const auto& real = std::get<RealDomain>(row.domain);
  return {real.low, real.high, real.step, false};
}

std::optional<Settings> with_text(const Settings& settings, const std::string& key,
                                  const std::string& text) {
  Settings edited = settings;
  try {
    edited.set_text(key, text);
  } catch (const Error&) {
    return std::nullopt;
  }
  return edited;
}

}  // namespace portrait
