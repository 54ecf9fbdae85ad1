// SPDX-License-Identifier: Apache-2.0
#include "core/project/formation.h"

#include <algorithm>

namespace portrait {

std::shared_ptr<const FormationMoment> Formation::find(std::uint64_t id) const {
  const auto found = std::lower_bound(moments.begin(), moments.end(), id,
                                      [](const std::shared_ptr<const FormationMoment>& m,
                                         std::uint64_t wanted) { return m->id < wanted; });
  return found != moments.end() && (*found)->id == id ? *found : nullptr;
}

std::vector<std::shared_ptr<const FormationMoment>> Formation::line(std::uint64_t id) const {
  std::vector<std::shared_ptr<const FormationMoment>> line;
  for (auto moment = find(id); moment != nullptr; moment = find(moment->previous)) {
    line.push_back(moment);
  }
  std::reverse(line.begin(), line.end());
  return line;
}

std::shared_ptr<const FormationMoment> Formation::restart_of(std::uint64_t id) const {
  auto moment = find(id);
  while (moment != nullptr && !moment->restart) moment = find(moment->previous);
  return moment;
}

std::vector<std::shared_ptr<const FormationMoment>> Formation::other_ends() const {
  std::vector<std::shared_ptr<const FormationMoment>> ends;
  for (const auto& moment : moments) {
    const bool continued = std::any_of(moments.begin(), moments.end(), [&](const auto& other) {
      return other->previous == moment->id;
    });
    if (!continued && moment->id != tip) ends.push_back(moment);
  }
  std::reverse(ends.begin(), ends.end());
  return ends;
}

}  // namespace portrait
