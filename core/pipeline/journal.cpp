// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/journal.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace portrait {
namespace {

constexpr std::array<std::string_view, 7> kCommands = {"begin",  "plan",     "settings", "lock",
                                                       "unlock", "rollback", "end"};

}  // namespace

nlohmann::json journal_to_json(const Journal& journal) {
  nlohmann::json json = nlohmann::json::array();
  for (const JournalEntry& entry : journal) {
    json.push_back(
        {{"step", entry.step}, {"command", entry.command}, {"argument", entry.argument}});
  }
  return json;
}

Journal journal_from_json(const nlohmann::json& json) {
  check(json.is_array(), ErrorCode::kCorrupt, "The journal is not a list; the project is damaged");
  Journal journal;
  int last_step = 0;
  for (const nlohmann::json& item : json) {
    const std::size_t index = journal.size();
    check(item.is_object() && item.contains("step") && item["step"].is_number_integer() &&
              item.contains("command") && item["command"].is_string() &&
              item.contains("argument") && item["argument"].is_object(),
          ErrorCode::kCorrupt, "Entry {} of the journal lacks step, command or argument", index);
    JournalEntry entry{item["step"].get<int>(), item["command"].get<std::string>(),
                       item["argument"]};
    check(std::find(kCommands.begin(), kCommands.end(), entry.command) != kCommands.end(),
          ErrorCode::kCorrupt, "Entry {} of the journal has the unknown command '{}'", index,
          entry.command);
    check(entry.step >= last_step, ErrorCode::kCorrupt,
          "Entry {} of the journal is at step {}, before its predecessor's {}", index, entry.step,
          last_step);
    last_step = entry.step;
    journal.push_back(std::move(entry));
  }
  return journal;
}

}  // namespace portrait
