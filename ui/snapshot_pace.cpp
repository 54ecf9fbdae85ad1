// SPDX-License-Identifier: Apache-2.0
#include "ui/snapshot_pace.h"

#include <QCoreApplication>
#include <QMouseEvent>

#include <algorithm>

namespace portrait {

SnapshotPace::SnapshotPace(QObject* parent) : QObject(parent) {
  later_.setSingleShot(true);
  connect(&later_, &QTimer::timeout, this, &SnapshotPace::tell);
  QCoreApplication::instance()->installEventFilter(this);
}

void SnapshotPace::ask(bool running) {
  if (later_.isActive()) return;
  const bool watched = since_touched_.isValid() && since_touched_.elapsed() < kHandMs;
  const qint64 shown = since_shown_.isValid() ? since_shown_.elapsed() : kPeriodMs;
  if (!running || watched || shown >= kPeriodMs) {
    tell();
  } else {
    later_.start(int(std::max<qint64>(kPeriodMs - shown, 1)));
  }
}

void SnapshotPace::tell() {
  later_.stop();
  since_shown_.start();
  Q_EMIT due();
}

bool SnapshotPace::eventFilter(QObject* watched, QEvent* event) {
  switch (event->type()) {
    case QEvent::MouseMove:
      if (static_cast<QMouseEvent*>(event)->buttons() == Qt::NoButton) break;
      [[fallthrough]];
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::KeyPress:
    case QEvent::Wheel:
    case QEvent::Drop:
    case QEvent::TouchBegin:
    case QEvent::TouchUpdate:
      since_touched_.start();
      // After the event: what is shown may take away the widget that the event is for.
      if (later_.isActive()) later_.start(0);
      break;
    default:
      break;
  }
  return QObject::eventFilter(watched, event);
}

}  // namespace portrait
