// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStatusBar>
#include <QTimer>

#include <memory>

class QLabel;

namespace portrait {

struct Snapshot;

// The numbers along the lower edge: device, threads, seconds a step, memory; autosave and seed.
class StatusLine : public QStatusBar {
  Q_OBJECT

 public:
  explicit StatusLine(QWidget* parent = nullptr);
  void show_snapshot(const std::shared_ptr<const Snapshot>& snapshot);
  void set_renderer(const QString& name, bool software);

 private:
  void show_saved();

  std::shared_ptr<const Snapshot> snapshot_;
  QTimer clock_;  // the age of the autosave
  QLabel* device_;
  QLabel* speed_;
  QLabel* memory_;
  QLabel* drawing_;
  QLabel* saved_;
  QLabel* seed_;
};

}  // namespace portrait
