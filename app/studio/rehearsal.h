// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <cstdint>
#include <string>

namespace portrait {

class EventLoopProbe;
class MainWindow;

// A run with nobody at the mouse: starts it when the first head stands, ends the program when it is
// finished, and prints what happens, one JSON object a line:
//   {"event": "stage", "stage": "photo_fit", "step": 12, "steps": 120}  at most four a second
//   {"event": "autosaved", "path": FILE, "stage": ..., "step": 12}
//   {"event": "finished", "stages": [{"id", "steps", "seconds"}], "run_s", "elapsed_s",
//    "pictures", "pictures_per_s", "renderer", "event_loop": {...}, "memory_mb"}
//   {"event": "failed", "error": "..."}
// What `portrait bench window` and the tests of a killed program read. Nothing is kept: the head is
// abandoned at the end.
class Rehearsal : public QObject {
  Q_OBJECT

 public:
  // kTurning: the mouse drags the head round, without a pause, from start to end.
  enum class Hand { kStill, kTurning };

  Rehearsal(MainWindow& window, EventLoopProbe& probe, Hand hand);

 private:
  void look();
  void begin();
  void drag();
  void tell_stage();
  void tell_autosave();
  void finish();
  void end(int code);

  MainWindow& window_;
  EventLoopProbe& probe_;
  Hand hand_;
  QTimer looking_;
  QTimer dragging_;
  QElapsedTimer since_begin_;
  bool begun_ = false;
  double drag_x_ = 0;
  std::int64_t pictures_ = 0;
  std::uint64_t told_sequence_ = 0;
  int told_stage_ = -1;
  int told_step_ = -1;
  std::int64_t told_autosave_ = 0;  // when it was written
};

}  // namespace portrait
