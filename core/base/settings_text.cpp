// SPDX-License-Identifier: Apache-2.0
// How settings read: values, domains, --help, the manual's page.
#include "core/base/settings.h"

#include "core/base/angle_list.h"

#include <fmt/format.h>

namespace portrait {
namespace {

// Cells of a Markdown table must not contain bars.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\\|");
  }
  return text;
}

std::string with_unit(const std::string& text, const std::string& unit) {
  return unit.empty() ? text : text + " " + unit;
}

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

struct DomainText {
  std::string operator()(const FlagDomain&) const { return "true or false"; }
  std::string operator()(const IntegerDomain& d) const {
    return fmt::format("a whole number from {} to {}", d.low, d.high);
  }
  std::string operator()(const RealDomain& d) const {
    return fmt::format("a number from {} to {}", d.low, d.high);
  }
  std::string operator()(const ChoiceDomain& d) const { return list_text(d.names); }
  std::string operator()(const AngleListDomain& d) const {
    return fmt::format(
        "{} to {} viewpoints, azimuth,elevation of each in degrees and, where it is not 1, its "
        "weight from 0 to {}, spaces between them: \"0,0 30,0 -30,0,0.5\"",
        d.fewest, d.most, kMostListedWeight);
  }
  std::string operator()(const TextDomain& d) const {
    return fmt::format("a line of at most {} bytes", d.most);
  }
};

struct ValueText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
};

}  // namespace

const char* applies_name(Applies applies) {
  switch (applies) {
    case Applies::kLive:
      return "live";
    case Applies::kNextStage:
      return "next stage";
    case Applies::kRestart:
      return "restart";
  }
  return "";
}

std::string setting_text(const SettingValue& value) {
  return std::visit(ValueText{}, value);
}

std::string domain_text(const SettingDomain& domain) {
  return std::visit(DomainText{}, domain);
}

std::string settings_help(bool advanced) {
  std::string text;
  std::string group;
  for (const SettingRow& row : settings_table()) {
    if (row.advanced && !advanced) continue;
    if (row.group != group) text += fmt::format("{}:\n", group = row.group);
    text += fmt::format("  {:<32} {} [{}; {}]\n", row.key, row.help,
                        with_unit(setting_text(row.fallback), row.unit), domain_text(row.domain));
  }
  return text;
}

std::string settings_markdown() {
  std::string text =
      "# Settings\n\nSet one with `--set key=value`; every key below works in a "
      "project and in the window's panels too.\n";
  std::string group;
  for (const SettingRow& row : settings_table()) {
    if (row.group != group) {
      text += fmt::format(
          "\n## {}\n\n| key | default | takes | acts | what it does |\n"
          "|---|---|---|---|---|\n",
          group = row.group);
    }
    text += fmt::format("| `{}` | {} | {} | {} | **{}**{}. {} |\n", row.key,
                        cell(with_unit(setting_text(row.fallback), row.unit)),
                        cell(domain_text(row.domain)), applies_name(row.applies), cell(row.label),
                        row.advanced ? " (advanced)" : "", cell(row.help));
  }
  text += "\n## Presets\n\n| preset | what it is | what it sets |\n|---|---|---|\n";
  for (const SettingsPreset& preset : settings_presets()) {
    std::string values;
    for (const auto& [key, value] : preset.values) {
      values += fmt::format("{}`{}={}`", values.empty() ? "" : ", ", key, setting_text(value));
    }
    text += fmt::format("| `{}` | {} | {} |\n", preset.name, cell(preset.help), values);
  }
  return text;
}

}  // namespace portrait
