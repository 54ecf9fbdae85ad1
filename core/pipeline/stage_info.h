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

// Figures of one name over the steps of one stage, thinned to fewer than 512 points. In a list the
// stages follow each other, and the first of a stage is its total.
struct LossSeries {
  std::string name;
  int stage = 0;       // index of its StageInfo
  bool score = false;  // not a loss: a figure in [-1, 1], higher is better
  std::vector<int> steps;
  std::vector<float> seconds;  // computing time of the head at these steps
  std::vector<float> values;
};

}  // namespace portrait
