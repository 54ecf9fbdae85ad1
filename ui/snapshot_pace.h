// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace portrait {

// When the window shows the session's next snapshot. At once, but for one thing: while a run goes
// on and nobody touches mouse or keyboard, four times a second are enough for figures and curves,
// and more would be taken from the optimisation, which shares the processors with the window.
class SnapshotPace : public QObject {
  Q_OBJECT

 public:
  static constexpr int kPeriodMs = 250;
  static constexpr int kHandMs = 1500;  // after the last touch the artist is taken to look closely

  // Watches the input of the whole application, which must exist.
  explicit SnapshotPace(QObject* parent = nullptr);

  // There is a snapshot that was not shown. `running`: the last one shown was of a run.
  void ask(bool running);
  bool eventFilter(QObject* watched, QEvent* event) override;

 Q_SIGNALS:
  void due();  // show it

 private:
  void tell();

  QTimer later_;
  QElapsedTimer since_shown_, since_touched_;  // invalid: never
};

}  // namespace portrait
