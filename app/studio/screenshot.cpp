// SPDX-License-Identifier: Apache-2.0
#include "app/studio/screenshot.h"

#include "core/base/log.h"
#include "core/session/session.h"
#include "ui/main_window.h"

#include <QApplication>

namespace portrait {
namespace {
constexpr int kLookEveryMs = 100;
constexpr int kPaintings = 20;  // before the stage Detail is worth a picture

int paintings(const Snapshot& snapshot) {
  int sum = 0;
  if (snapshot.refined != nullptr) {
    for (const RefinedView& view : *snapshot.refined) sum += view.painted;
  }
  return sum;
}

}  // namespace

Screenshot::Screenshot(MainWindow& window, const QString& file, When when)
    : window_(window), file_(file), when_(when) {
  timer_.setInterval(kLookEveryMs);
  connect(&timer_, &QTimer::timeout, this, &Screenshot::look);
  timer_.start();
}

bool Screenshot::ready() const {
  const Snapshot& s = window_.snapshot();
  if (s.opening) return false;
  // It never comes to rest while a stage runs.
  if (when_ == When::kPainting) return s.frame != nullptr && paintings(s) >= kPaintings;
  if (!window_.viewport().settled()) return false;
  if (when_ == When::kOpened) return true;
  const bool framed = s.has_head() && s.frame != nullptr && s.frame->resting;
  const bool ringed = s.ring != nullptr && !s.ring->empty() && !s.ring->back().rgba.empty();
  if (when_ == When::kFirstHead) return framed && ringed;
  return s.state == SessionState::kFinished && framed && ringed &&
         s.frame->head_version == s.volume_version;
}

void Screenshot::look() {
  const Snapshot& s = window_.snapshot();
  const bool runs = when_ == When::kPainting || when_ == When::kFinished;
  if (runs && !started_ && can_start(s)) {
    started_ = true;
    window_.session().start();
    return;
  }
  const bool failed = s.state == SessionState::kFailed ||
                      (when_ != When::kOpened && !s.has_head() && !s.opening &&
                       !s.messages.empty() &&
                       s.messages.back().kind == SessionMessage::Kind::kError);
  if (!ready() && !failed) return;
  timer_.stop();
  if (failed) {
    const std::string why = s.error.empty() && !s.messages.empty() ? s.messages.back().text : s.error;
    log(LogLevel::kError, why);
    take();
    QApplication::exit(1);
    return;
  }
  // One more turn of the event loop, so that the last repaints are in the picture.
  QTimer::singleShot(kLookEveryMs, this, [this] {
    take();
    window_.close();
  });
}

void Screenshot::take() {
  Q_EMIT about_to_take();
  if (!window_.grab().save(file_)) {
    log(LogLevel::kError, "The picture could not be written: " + file_.toStdString());
    QApplication::exit(1);
  }
}

}  // namespace portrait
