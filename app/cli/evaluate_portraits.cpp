// SPDX-License-Identifier: Apache-2.0
#include "app/cli/evaluation.h"
#include "core/base/error.h"
#include "core/training/portrait_cache.h"

namespace portrait::cli {

std::vector<PortraitPlace> held_out_portraits(const PortraitEvaluation& options) {
  std::vector<PortraitPlace> places;
  for (const std::filesystem::path& file : list_portrait_cache(options.cache, true)) {
    const int count = portraits_in(file);
    for (int i = 0; i < count; ++i) {
      if (options.portraits > 0 && int(places.size()) >= options.portraits) return places;
      places.push_back({file, i});
    }
  }
  check(!places.empty(), ErrorCode::kNotFound,
        "There are no portraits held out in \"{}\"; fill it with `portrait synth --portraits "
        "--validation` first",
        options.cache.string());
  return places;
}

}  // namespace portrait::cli
