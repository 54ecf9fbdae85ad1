// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/head_job.h"
#include "app/cli/staged_outputs.h"
#include "core/session/snapshot.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <vector>

namespace portrait::cli {

struct RunTimes {
  double first_head_s = 0;  // from the start of the photo's job
  double total_s = 0;
};

// report.json of `generate`; its names are fixed, scripts rely on them.
nlohmann::ordered_json make_report(const std::filesystem::path& photo, const Snapshot& snapshot,
                                   const PackName& pack, const RunTimes& times,
                                   const std::vector<StagedOutputs::Output>& outputs);

}  // namespace portrait::cli
