// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session_state.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace portrait {

class StageRow;
class Settings;
struct Snapshot;

// The stages of the method with where each stands, and the buttons that drive them.
class StagesPanel : public QWidget {
  Q_OBJECT

 public:
  explicit StagesPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  // Names the preset that these settings are, or says that they are none.
  void show_settings(const Settings& settings);
  // What the main button and the space bar do now; false: nothing.
  bool run_or_pause();
  QPushButton* run_button() { return run_; }
  QPushButton* step_button() { return step_; }
  QPushButton* stop_button() { return stop_; }

 Q_SIGNALS:
  void start_requested();
  void pause_requested();
  void resume_requested();
  void step_requested();
  void stop_requested();
  void preset_chosen(const QString& name);

 private:
  enum class Run { kNothing, kStart, kPause, kResume };

  QLabel* note_;
  QVBoxLayout* rows_layout_;
  std::vector<StageRow*> rows_;
  QPushButton* run_;
  QPushButton* step_;
  QPushButton* stop_;
  QComboBox* preset_;
  Run next_ = Run::kNothing;
};

}  // namespace portrait
