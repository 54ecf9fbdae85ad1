// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace portrait {

// What acted on the result, and after how many steps. Together with photo, pack and first head it
// makes the same head again: nothing that is timed or looked at decides anything else.
//   begin     {"seed": n, "photo": hash, "settings": {...}}   a run starts from the first head, of
//                                              the photo of that photo_hash(): as it was cut out,
//                                              and with the field of view that it was given
//   plan      {"stage": id, "steps": n}        a budget in minutes became a number of steps; again
//                                              when it turned out that others fit
//   settings  {...}                            settings in force from here on, all of them
//   lock      {"azimuth": a, "elevation": e, "picture": id, "name": file}   that view's target is
//             the artist's picture from here on ("begin" has "locks", a list, where there are any)
//   unlock    {"azimuth": a, "elevation": e}   and the model's own again
//   rollback  {"term": name}                   a non-finite value; the last good state came back
//   end       {}                               the run was stopped or is done
struct JournalEntry {
  int step = 0;  // steps of the run that were done when it acted
  std::string command;
  nlohmann::json argument = nlohmann::json::object();

  bool operator==(const JournalEntry&) const = default;
};

using Journal = std::vector<JournalEntry>;

nlohmann::json journal_to_json(const Journal& journal);
// Throws kCorrupt naming the entry that is malformed, unknown, or out of order.
Journal journal_from_json(const nlohmann::json& json);

}  // namespace portrait
