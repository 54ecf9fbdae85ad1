// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/stage_info.h"

namespace portrait {

const char* stage_state_name(StageState state) {
  switch (state) {
    case StageState::kWaiting:
      return "waiting";
    case StageState::kRunning:
      return "running";
    case StageState::kDone:
      return "done";
    case StageState::kSkipped:
      return "skipped";
    case StageState::kStopped:
      return "stopped";
    case StageState::kFailed:
      return "failed";
    case StageState::kNotInstalled:
      return "not installed";
  }
  return "unknown";
}

}  // namespace portrait
