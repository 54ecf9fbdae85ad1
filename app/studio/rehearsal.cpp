// SPDX-License-Identifier: Apache-2.0
#include "app/studio/rehearsal.h"

#include "core/base/machine_info.h"
#include "core/session/session.h"
#include "ui/event_loop_probe.h"
#include "ui/main_window.h"
#include "ui/viewport/offscreen_renderer.h"
#include "ui/viewport/viewport.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QMouseEvent>
#include <QOpenGLWidget>

#include <cstdio>

namespace portrait {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLookEveryMs = 250;
constexpr int kDragEveryMs = 16;
constexpr double kDragBy = 4;  // pixels

void print(const Json& line) {
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

const StageInfo* current_stage(const Snapshot& s) {
  return s.stage >= 0 && s.stage < int(s.stages.size()) ? &s.stages[std::size_t(s.stage)] : nullptr;
}

}  // namespace

Rehearsal::Rehearsal(MainWindow& window, EventLoopProbe& probe, Hand hand)
    : window_(window), probe_(probe), hand_(hand) {
  // Whichever of the two draws.
  if (auto* renderer = window.findChild<OffscreenRenderer*>()) {
    connect(renderer, &OffscreenRenderer::picture_waiting, this, [this] { ++pictures_; });
  }
  for (QOpenGLWidget* canvas : window.findChildren<QOpenGLWidget*>()) {
    connect(canvas, &QOpenGLWidget::frameSwapped, this, [this] { ++pictures_; });
  }
  connect(&looking_, &QTimer::timeout, this, &Rehearsal::look);
  connect(&dragging_, &QTimer::timeout, this, &Rehearsal::drag);
  dragging_.setTimerType(Qt::PreciseTimer);
  looking_.start(kLookEveryMs);
}

void Rehearsal::look() {
  const Snapshot& s = window_.snapshot();
  const bool refused = !begun_ && !s.opening && !s.has_head() && !s.messages.empty() &&
                       s.messages.back().kind == SessionMessage::Kind::kError;
  if (s.state == SessionState::kFailed || refused) {
    print({{"event", "failed"}, {"error", refused ? s.messages.back().text : s.error}});
    end(1);
    return;
  }
  if (!begun_) {
    if (s.has_head() && can_start(s)) begin();
    return;
  }
  if (s.sequence == told_sequence_) return;
  told_sequence_ = s.sequence;
  tell_stage();
  tell_autosave();
  if (s.state == SessionState::kFinished) finish();
}

void Rehearsal::begin() {
  begun_ = true;
  pictures_ = 0;
  since_begin_.start();
  window_.session().start();
  if (hand_ == Hand::kTurning) dragging_.start(kDragEveryMs);
}

void Rehearsal::drag() {
  Viewport& viewport = window_.viewport();
  const auto send = [&](QEvent::Type type, Qt::MouseButton button) {
    const QPointF at(viewport.width() / 2.0 + drag_x_, viewport.height() / 2.0);
    QMouseEvent event(type, at, viewport.mapToGlobal(at), button, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&viewport, &event);
  };
  if (drag_x_ == 0) send(QEvent::MouseButtonPress, Qt::LeftButton);
  drag_x_ += kDragBy;
  send(QEvent::MouseMove, Qt::NoButton);
}

void Rehearsal::tell_stage() {
  const Snapshot& s = window_.snapshot();
  const StageInfo* stage = current_stage(s);
  if (stage == nullptr || (s.stage == told_stage_ && stage->step == told_step_)) return;
  told_stage_ = s.stage;
  told_step_ = stage->step;
  print({{"event", "stage"}, {"stage", stage->id}, {"step", stage->step}, {"steps", stage->steps}});
}

void Rehearsal::tell_autosave() {
  const Snapshot& s = window_.snapshot();
  const std::int64_t at = s.autosave.at.time_since_epoch().count();
  if (s.autosave.state != SaveStatus::State::kSaved || at == told_autosave_) return;
  told_autosave_ = at;
  const StageInfo* stage = current_stage(s);
  print({{"event", "autosaved"},
         {"path", s.autosave.path.string()},
         {"stage", stage != nullptr ? stage->id : ""},
         {"step", s.autosave.step}});
}

void Rehearsal::finish() {
  dragging_.stop();
  probe_.stop();
  const Snapshot& s = window_.snapshot();
  const double run_s = double(since_begin_.elapsed()) * 1e-3;
  const StallReport stalls = probe_.report();
  Json stages = Json::array();
  for (const StageInfo& stage : s.stages) {
    if (stage.state != StageState::kDone) continue;
    stages.push_back({{"id", stage.id}, {"steps", stage.step}, {"seconds", stage.seconds}});
  }
  print({{"event", "finished"},
         {"stages", stages},
         {"run_s", run_s},
         {"elapsed_s", s.elapsed_s},
         {"pictures", pictures_},
         {"pictures_per_s", double(pictures_) / run_s},
         {"renderer", window_.viewport().gl_report().renderer.toStdString()},
         {"event_loop",
          {{"samples", stalls.samples},
           {"share_under_16_ms", stalls.share_under_16_ms},
           {"p99_ms", stalls.p99_ms},
           {"p999_ms", stalls.p999_ms},
           {"worst_ms", stalls.worst_ms}}},
         {"memory_mb", resident_memory_mb()}});
  end(0);
}

void Rehearsal::end(int code) {
  looking_.stop();
  dragging_.stop();
  window_.session().abandon();
  QApplication::exit(code);
}

}  // namespace portrait
