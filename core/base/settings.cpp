// SPDX-License-Identifier: Apache-2.0
#include "core/base/settings.h"

#include "core/base/angle_list.h"
#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

namespace portrait {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

template <typename Range, typename Name>
std::string nearest(const Range& range, Name name, std::string_view wanted) {
  const auto best = std::min_element(range.begin(), range.end(), [&](const auto& a, const auto& b) {
    return edit_distance(name(a), wanted) < edit_distance(name(b), wanted);
  });
  return name(*best);
}

std::size_t index_of(std::string_view key) {
  static const auto index = [] {
    std::unordered_map<std::string_view, std::size_t> made;
    const auto table = settings_table();
    for (std::size_t i = 0; i < table.size(); ++i) made.emplace(table[i].key, i);
    return made;
  }();
  const auto found = index.find(key);
  if (found != index.end()) return found->second;
  const auto close = nearest(
      settings_table(), [](const SettingRow& row) { return row.key; }, key);
  throw Error(ErrorCode::kBadUsage,
              fmt::format("There is no setting \"{}\"; did you mean \"{}\"?", key, close),
              std::string(key));
}

[[noreturn]] void fail_domain(const SettingRow& row, std::string_view found) {
  throw Error(ErrorCode::kBadUsage,
              fmt::format("Setting \"{}\" cannot be \"{}\"; it takes {}{}{}", row.key, found,
                          domain_text(row.domain), row.unit.empty() ? "" : " ", row.unit),
              row.key);
}

// The value in the type of the row's domain, or nothing when it does not fit.
std::optional<SettingValue> fitted(const SettingRow& row, const SettingValue& value) {
  const auto inside = [](auto x, auto low, auto high) { return x >= low && x <= high; };
  return std::visit(
      Overloaded{[&](const FlagDomain&) -> std::optional<SettingValue> {
                   if (std::holds_alternative<bool>(value)) return value;
                   return std::nullopt;
                 },
                 [&](const IntegerDomain& domain) -> std::optional<SettingValue> {
                   std::optional<std::int64_t> whole;
                   if (const auto* n = std::get_if<std::int64_t>(&value)) whole = *n;
                   const auto* real = std::get_if<double>(&value);
                   if (real && std::trunc(*real) == *real && std::abs(*real) < 1e15) {
                     whole = static_cast<std::int64_t>(*real);
                   }
                   if (whole && inside(*whole, domain.low, domain.high))
                     return SettingValue{*whole};
                   return std::nullopt;
                 },
                 [&](const RealDomain& domain) -> std::optional<SettingValue> {
                   std::optional<double> real;
                   if (const auto* x = std::get_if<double>(&value)) real = *x;
                   if (const auto* n = std::get_if<std::int64_t>(&value)) real = double(*n);
                   if (real && inside(*real, domain.low, domain.high)) return SettingValue{*real};
                   return std::nullopt;
                 },
                 [&](const ChoiceDomain& domain) -> std::optional<SettingValue> {
                   const auto* name = std::get_if<std::string>(&value);
                   if (name && std::count(domain.names.begin(), domain.names.end(), *name))
                     return value;
                   return std::nullopt;
                 },
                 [&](const AngleListDomain& domain) -> std::optional<SettingValue> {
                   const auto* text = std::get_if<std::string>(&value);
                   if (text == nullptr) return std::nullopt;
                   const auto list = parse_angle_list(*text);
                   if (inside(list.size(), domain.fewest, domain.most))
                     return SettingValue{angle_list_text(list)};
                   return std::nullopt;
                 },
                 [&](const TextDomain& domain) -> std::optional<SettingValue> {
                   const auto* text = std::get_if<std::string>(&value);
                   const auto control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
                   if (text == nullptr || text->size() > domain.most ||
                       std::any_of(text->begin(), text->end(), control)) {
                     return std::nullopt;
                   }
                   return value;
                 }},
      row.domain);
}

SettingValue parsed(const SettingRow& row, std::string_view text) {
  const char* end = text.data() + text.size();
  if (std::holds_alternative<FlagDomain>(row.domain)) {
    for (const char* yes : {"true", "on", "yes", "1"}) {
      if (text == yes) return true;
    }
    for (const char* no : {"false", "off", "no", "0"}) {
      if (text == no) return false;
    }
  } else if (std::holds_alternative<ChoiceDomain>(row.domain) ||
             std::holds_alternative<AngleListDomain>(row.domain) ||
             std::holds_alternative<TextDomain>(row.domain)) {
    return std::string(text);
  } else {
    // from_chars: the same number in every locale.
    std::int64_t whole = 0;
    auto read = std::from_chars(text.data(), end, whole);
    if (read.ec == std::errc{} && read.ptr == end) return whole;
    double real = 0;
    read = std::from_chars(text.data(), end, real);
    if (read.ec == std::errc{} && read.ptr == end) return real;
  }
  fail_domain(row, text);
}

SettingValue from_json(const SettingRow& row, const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return json.get<std::string>();
  fail_domain(row, json.dump());
}

}  // namespace

const SettingRow& setting_row(std::string_view key) {
  return settings_table()[index_of(key)];
}

Settings::Settings() {
  for (const SettingRow& row : settings_table()) values_.push_back(row.fallback);
}

const SettingValue& Settings::value(std::string_view key) const {
  return values_[index_of(key)];
}

void fail_setting_type(std::string_view key) {
  fail(ErrorCode::kInternal, "Setting \"{}\" was read as a type that it does not have", key);
}

void Settings::set(std::string_view key, const SettingValue& value) {
  const std::size_t index = index_of(key);
  const SettingRow& row = settings_table()[index];
  auto fits = fitted(row, value);
  if (!fits) fail_domain(row, setting_text(value));
  values_[index] = *std::move(fits);
}

void Settings::set_text(std::string_view key, std::string_view text) {
  set(key, parsed(setting_row(key), text));
}

void Settings::set_assignment(std::string_view assignment) {
  const auto equals = assignment.find('=');
  check(equals != std::string_view::npos, ErrorCode::kBadUsage,
        "\"{}\" sets nothing; write key=value, for example seed=7", assignment);
  set_text(assignment.substr(0, equals), assignment.substr(equals + 1));
}

void Settings::apply(const nlohmann::json& partial) {
  check(partial.is_object(), ErrorCode::kBadUsage,
        "Settings must be a JSON object of keys and values, not {}", partial.type_name());
  Settings changed = *this;
  for (const auto& [key, value] : partial.items()) {
    changed.set(key, from_json(setting_row(key), value));
  }
  *this = std::move(changed);
}

void Settings::apply_preset(std::string_view name) {
  const auto presets = settings_presets();
  const auto found = std::find_if(presets.begin(), presets.end(),
                                  [&](const SettingsPreset& p) { return p.name == name; });
  if (found == presets.end()) {
    fail(ErrorCode::kBadUsage, "There is no preset \"{}\"; did you mean \"{}\"?", name,
         nearest(
             presets, [](const SettingsPreset& preset) { return preset.name; }, name));
  }
  for (const auto& [key, value] : found->values) set(key, value);
}

void Settings::reset(std::string_view key) {
  const std::size_t index = index_of(key);
  values_[index] = settings_table()[index].fallback;
}

bool Settings::is_default(std::string_view key) const {
  const std::size_t index = index_of(key);
  return values_[index] == settings_table()[index].fallback;
}

nlohmann::json Settings::to_json() const {
  nlohmann::json json = nlohmann::json::object();
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::visit([&](const auto& value) { json[table[i].key] = value; }, values_[i]);
  }
  return json;
}

nlohmann::json Settings::changed_json() const {
  nlohmann::json json = to_json();
  for (const SettingRow& row : settings_table()) {
    if (is_default(row.key)) json.erase(row.key);
  }
  return json;
}

}  // namespace portrait
