// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QLabel;

namespace portrait {

struct Snapshot;
class LossPlot;

// What the head is going through, and the time it takes: one line of words over the loss curve.
class FormationStrip : public QWidget {
  Q_OBJECT

 public:
  explicit FormationStrip(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  QString activity() const;

 private:
  QLabel* what_;
  QLabel* numbers_;
  LossPlot* plot_;
};

// "Photo fit, step 31 of 200": what the snapshot's worker does, in words.
QString activity_text(const Snapshot& snapshot);

}  // namespace portrait
