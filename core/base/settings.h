// SPDX-License-Identifier: Apache-2.0
// The one settings table. Defaults, validation, `--set key=value`, JSON in project files and
// reports, the panels, `--help` and the manual's settings page all come from it.
//
// To add a setting, add one row to settings_table.cpp (key, label, unit, help, default, domain,
// group, when it applies) and read it where it acts with settings.get<T>("key"). Nothing else:
// a test fails when a row has no reader, no help, or a default outside its domain.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace portrait {

// When a change acts: at the next step, when the next stage starts, or only in a new run.
enum class Applies { kLive, kNextStage, kRestart };
const char* applies_name(Applies applies);  // "live", "next stage", "restart"

// What a setting may hold. `step` is the increment of a panel's arrows; any value in the range
// is valid. Ranges include both ends.
struct FlagDomain {};
struct IntegerDomain {
  std::int64_t low;
  std::int64_t high;
  std::int64_t step = 1;
};
struct RealDomain {
  double low;
  double high;
  double step;
};
struct ChoiceDomain {
  std::vector<std::string> names;
};
struct AngleListDomain {  // a text as parse_angle_list() reads it
  std::size_t fewest;
  std::size_t most;
};
struct TextDomain {  // any line of UTF-8
  std::size_t most;  // bytes
};
using SettingDomain =
    std::variant<FlagDomain, IntegerDomain, RealDomain, ChoiceDomain, AngleListDomain, TextDomain>;

using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

struct SettingRow {
  std::string key;    // lower case, dots between group and name: "photo_fit.minutes"
  std::string label;  // for panels
  std::string unit;   // empty when it has none
  std::string help;   // one or two sentences
  SettingValue fallback;
  SettingDomain domain;
  std::string group;
  Applies applies;
  bool advanced = false;  // hidden until asked for
};

// All rows, in the order of panels and manual; groups are contiguous.
std::span<const SettingRow> settings_table();

// Throws kBadUsage with the nearest key when there is no such row.
const SettingRow& setting_row(std::string_view key);

// "true", "48", "0.005", "grey": the form that Settings::set_text reads.
std::string setting_text(const SettingValue& value);
// "true or false", "a whole number from 4 to 256", "white, grey or black".
std::string domain_text(const SettingDomain& domain);

// A value for every row; starts with the defaults. Plain value: copy it, compare it, hand it to
// another thread as shared_ptr<const Settings>.
class Settings {
 public:
  Settings();

  // T: bool, int, std::int64_t, double or std::string, matching the row's domain.
  // Throws kBadUsage (unknown key), kInternal (another type).
  template <typename T>
  T get(std::string_view key) const;
  const SettingValue& value(std::string_view key) const;

  // All setters throw kBadUsage (unknown key with the nearest one, value out of its domain) and
  // then change nothing. Whole numbers are accepted for real settings.
  void set(std::string_view key, const SettingValue& value);
  void set_text(std::string_view key, std::string_view text);
  void set_assignment(std::string_view assignment);  // "key=value", as --set takes it
  void apply(const nlohmann::json& partial);         // {"key": value, ...}, any subset
  void apply_preset(std::string_view name);          // kBadUsage: unknown preset

  void reset(std::string_view key);
  bool is_default(std::string_view key) const;

  nlohmann::json to_json() const;       // every key
  nlohmann::json changed_json() const;  // only what differs from the defaults

  bool operator==(const Settings& other) const = default;

 private:
  std::vector<SettingValue> values_;  // parallel to settings_table()
};

// Presets are partial settings: "draft", "standard" (the defaults), "high", "paper".
struct SettingsPreset {
  std::string name;
  std::string help;
  std::vector<std::pair<std::string, SettingValue>> values;
};
std::span<const SettingsPreset> settings_presets();

// For `portrait ... --help`: one line per row, grouped; advanced rows on demand.
std::string settings_help(bool advanced);
// The settings page of the manual: one table per group, then the presets.
std::string settings_markdown();

[[noreturn]] void fail_setting_type(std::string_view key);

template <typename T>
T Settings::get(std::string_view key) const {
  if constexpr (std::is_same_v<T, int>) {
    return static_cast<int>(get<std::int64_t>(key));
  } else {
    const T* held = std::get_if<T>(&value(key));
    if (held == nullptr) fail_setting_type(key);
    return *held;
  }
}

}  // namespace portrait
