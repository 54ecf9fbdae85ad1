// SPDX-License-Identifier: Apache-2.0
#include "core/session/session_state.h"

namespace portrait {

const char* session_state_name(SessionState state) {
  switch (state) {
    case SessionState::kEmpty:
      return "empty";
    case SessionState::kReady:
      return "ready";
    case SessionState::kRunning:
      return "running";
    case SessionState::kPaused:
      return "paused";
    case SessionState::kStopping:
      return "stopping";
    case SessionState::kFinished:
      return "finished";
    case SessionState::kFailed:
      return "failed";
  }
  return "unknown";
}

const char* session_state_label(SessionState state) {
  switch (state) {
    case SessionState::kEmpty:
      return "Drop a photo to begin";
    case SessionState::kReady:
      return "Ready";
    case SessionState::kRunning:
      return "Working";
    case SessionState::kPaused:
      return "Paused";
    case SessionState::kStopping:
      return "Stopping";
    case SessionState::kFinished:
      return "Finished";
    case SessionState::kFailed:
      return "Stopped by an error";
  }
  return "";
}

}  // namespace portrait
