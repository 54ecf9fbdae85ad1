// SPDX-License-Identifier: Apache-2.0
#include "app/studio/screenshot.h"

#include "core/base/log.h"
#include "core/session/session.h"
#include "ui/main_window.h"

#include <QApplication>

namespace portrait {
namespace {
constexpr int kLookEveryMs = 100;
}

Screenshot::Screenshot(MainWindow& window, const QString& file, When when)
    : window_(window), file_(file), when_(when) {
  timer_.setInterval(kLookEveryMs);
  connect(&timer_, &QTimer::timeout, this, &Screenshot::look);
  timer_.start();
}

bool Screenshot::ready() const {
  const Snapshot& s = window_.snapshot();
  if (!window_.viewport().settled() || s.opening) return false;
  if (when_ == When::kOpened) return true;
  const bool framed = s.has_head() && s.frame != nullptr && s.frame->resting;
  const bool ringed = s.ring != nullptr && !s.ring->empty() && !s.ring->back().rgba.empty();
  if (when_ == When::kFirstHead) return framed && ringed;
  return s.state == SessionState::kFinished && framed && ringed &&
         s.frame->head_version == s.volume_version;
}

void Screenshot::look() {
  const Snapshot& s = window_.snapshot();
  if (when_ == When::kFinished && !started_ && can_start(s)) {
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
