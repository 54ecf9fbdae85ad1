// SPDX-License-Identifier: Apache-2.0
#include "app/cli/settings_arguments.h"

namespace portrait::cli {

void SettingsArguments::add_to(CLI::App& command) {
  std::string presets;
  for (const SettingsPreset& row : settings_presets()) {
    presets += (presets.empty() ? "" : ", ") + row.name;
  }
  command.add_option("--preset", preset, "One of " + presets)->capture_default_str();
  command.add_option("--set", assignments, "key=value; any setting of the list below")
      ->allow_extra_args(false);
  command.add_option("--seed", seed, setting_row("seed").help);
  command.add_option("--face", face, setting_row("face").help);
  command.add_option("--device", device, "auto, cpu or cuda");
  command.footer([] { return "Settings\n" + settings_help(false); });
}

Settings SettingsArguments::settings() const {
  Settings settings;
  settings.apply_preset(preset);
  for (const std::string& assignment : assignments) settings.set_assignment(assignment);
  if (seed) settings.set("seed", *seed);
  if (face) settings.set("face", *face);
  if (!device.empty()) settings.set("device", device);
  return settings;
}

}  // namespace portrait::cli
