// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/pipeline.h"

#include <algorithm>
#include <functional>
#include <memory>

namespace portrait {

void replay(Pipeline& pipeline, const Journal& journal, int steps,
            const std::function<bool()>& goes_on) {
  check(!journal.empty() && journal.front().command == "begin", ErrorCode::kBadInput,
        "A journal begins with 'begin'; this one cannot be replayed");
  const auto settings_of = [](const nlohmann::json& json) {
    auto settings = std::make_shared<Settings>();
    settings->apply(json);
    return settings;
  };
  const auto advance_to = [&](int step) {  // whether it goes on behind it
    while (pipeline.steps_taken() < std::min(step, steps)) {
      if (goes_on && !goes_on()) return false;
      if (pipeline.step().finished) return true;
    }
    return true;
  };
  for (const JournalEntry& entry : journal) {
    if (!advance_to(entry.step)) return;
    if (entry.command == "begin") {
      // Journals of the first versions do not say it.
      const auto photo = entry.argument.find("photo");
      check(photo == entry.argument.end() || *photo == photo_hash(pipeline.photo()),
            ErrorCode::kCorrupt,
            "The journal was written for another photo, cut-out or field of view than this one's");
      pipeline.set_settings(settings_of(entry.argument.at("settings")));
      pipeline.set_seed(entry.argument.at("seed").get<std::uint64_t>());
      pipeline.set_locks(entry.argument.contains("locks")
                             ? locks_from_json(entry.argument["locks"], pipeline.pictures())
                             : ViewLocks());
      pipeline.begin_run();
    } else if (entry.command == "plan") {
      pipeline.set_plan(entry.argument.at("steps").get<int>());
    } else if (entry.command == "settings") {
      pipeline.set_settings(settings_of(entry.argument));
    } else if (entry.command == "lock") {
      pipeline.lock_view(lock_from_json(entry.argument, pipeline.pictures()));
    } else if (entry.command == "unlock") {
      pipeline.unlock_view({entry.argument.at("azimuth").get<double>(),
                            entry.argument.at("elevation").get<double>()});
    } else if (entry.command == "end") {
      pipeline.end_run();
      return;
    }
  }
  advance_to(steps);
}

}  // namespace portrait
