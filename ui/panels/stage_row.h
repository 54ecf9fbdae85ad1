// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QWidget>

namespace portrait {

// One stage: a dot that says its state, its name, what it took, and a bar while it runs.
class StageRow : public QWidget {
  Q_OBJECT

 public:
  explicit StageRow(QWidget* parent = nullptr);
  void show_stage(const StageInfo& stage, bool paused);
  QSize sizeHint() const override { return {160, 30}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString right_text() const;

  StageInfo stage_;
  bool paused_ = false;
};

}  // namespace portrait
