// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// Where the worker stands. Written by the worker only; the window reads it from snapshots.
enum class SessionState {
  kEmpty,     // no photo yet (also while the first one is being read)
  kReady,     // a photo or a project is in, its first head stands, nothing optimises
  kRunning,   // steps are being taken
  kPaused,    // between two steps, goes on at the artist's word
  kStopping,  // the run is over; its head is measured and saved
  kFinished,  // all installed stages are done, or the run was stopped
  kFailed,    // a step threw; the last good head stays and can be exported
};

const char* session_state_name(SessionState state);   // "ready"; fixed, for logs and JSON
const char* session_state_label(SessionState state);  // "Ready"; for people, translatable

// One predicate per button. The same ones guard the commands in the worker.
constexpr bool can_open(SessionState state) {
  return state != SessionState::kStopping;
}
// From the first head on; after a finished, stopped or failed run it begins anew from there.
constexpr bool can_start(SessionState state) {
  return state == SessionState::kReady || state == SessionState::kFinished ||
         state == SessionState::kFailed;
}
constexpr bool can_pause(SessionState state) {
  return state == SessionState::kRunning;
}
constexpr bool can_resume(SessionState state) {
  return state == SessionState::kPaused;
}
// One step from standing still.
constexpr bool can_step(SessionState state) {
  return state == SessionState::kReady || state == SessionState::kPaused;
}
constexpr bool can_stop(SessionState state) {
  return state == SessionState::kRunning || state == SessionState::kPaused;
}
// What acts live is taken while running too; what needs a restart acts at the next start.
constexpr bool can_change_settings(SessionState state) {
  return state != SessionState::kStopping;
}
// A head that stands can be taken away at any time, also after a failure.
constexpr bool can_export(SessionState state, bool has_head) {
  return has_head && state != SessionState::kEmpty;
}
constexpr bool can_save(SessionState state, bool has_head) {
  return can_export(state, has_head);
}
constexpr bool is_busy(SessionState state) {
  return state == SessionState::kRunning || state == SessionState::kStopping;
}

}  // namespace portrait
