// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace portrait {

enum class StageState { kWaiting, kRunning, kDone, kSkipped, kStopped, kFailed, kNotInstalled };

const char* stage_state_name(StageState state);  // "done"; fixed, for logs and JSON

// One row of the stage list, in the order of the method. Plain data, no tensors.
struct StageInfo {
  std::string id;     // "first_head", "photo_fit", "geometry", "detail"
  std::string label;  // "First head", "Photo fit", "Geometry", "Detail"
  StageState state = StageState::kWaiting;
  int step = 0;   // steps taken
  int steps = 0;  // steps planned; 0 = not known yet
  double seconds = 0;
};

// Losses of one name over the steps of the running stage, thinned to at most 512 points.
struct LossSeries {
  std::string name;
  std::vector<int> steps;
  std::vector<float> values;
};

}  // namespace portrait
