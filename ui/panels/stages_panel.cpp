// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/stages_panel.h"

#include "core/base/settings.h"
#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/stage_row.h"
#include "ui/translated.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portrait {

StagesPanel::StagesPanel(QWidget* parent) : QWidget(parent) {
  PanelSection section = make_section(tr("Stages"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  note_ = section.note;

  auto* preset_row = new QHBoxLayout;
  auto* preset_label = new QLabel(tr("Preset"));
  preset_label->setObjectName("dim");
  preset_ = new QComboBox;
  preset_->setAccessibleName(tr("Preset"));
  preset_->setPlaceholderText(tr("Custom"));
  for (const SettingsPreset& preset : settings_presets()) {
    QString label = translated(preset.name);
    if (!label.isEmpty()) label[0] = label[0].toUpper();
    preset_->addItem(label, QString::fromStdString(preset.name));
    preset_->setItemData(preset_->count() - 1, translated(preset.help),
                         Qt::ToolTipRole);
    if (preset.name == "standard") preset_->setCurrentIndex(preset_->count() - 1);
  }
  preset_row->addWidget(preset_label);
  preset_row->addStretch(1);
  preset_row->addWidget(preset_);
  section.body->addLayout(preset_row);
  connect(preset_, &QComboBox::activated, this,
          [this](int index) { Q_EMIT preset_chosen(preset_->itemData(index).toString()); });

  // The rows span the panel's whole width, so that the running one is marked from edge to edge.
  auto* rows = new QWidget;
  rows_layout_ = new QVBoxLayout(rows);
  rows_layout_->setContentsMargins(0, 0, 0, 0);
  rows_layout_->setSpacing(0);
  section.body->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, 4);
  outer->setSpacing(0);
  outer->addWidget(rows);

  auto* buttons = new QHBoxLayout;
  buttons->setContentsMargins(kPanelMargin, 8, kPanelMargin, kPanelMargin + 4);
  buttons->setSpacing(8);
  run_ = new QPushButton(tr("Start"));
  run_->setProperty("accent", true);
  step_ = new QPushButton(tr("Step"));
  step_->setToolTip(tr("One step, then stand still"));
  stop_ = new QPushButton;
  stop_->setProperty("square", true);
  stop_->setIcon(themed_icon("stop", &Theme::text));
  stop_->setIconSize({12, 12});
  stop_->setToolTip(tr("End the run; the head stays as it is"));
  stop_->setAccessibleName(tr("Stop"));
  run_->setIconSize({12, 12});
  buttons->addWidget(run_, 1);
  buttons->addWidget(step_);
  buttons->addWidget(stop_);
  outer->addLayout(buttons);
  connect(run_, &QPushButton::clicked, this, &StagesPanel::run_or_pause);
  connect(step_, &QPushButton::clicked, this, &StagesPanel::step_requested);
  connect(stop_, &QPushButton::clicked, this, &StagesPanel::stop_requested);
}

void StagesPanel::show_settings(const Settings& settings) {
  int index = -1;
  for (int i = 0; i < preset_->count(); ++i) {
    Settings preset;
    preset.apply_preset(preset_->itemData(i).toString().toStdString());
    // What is the artist's and the machine's own belongs to no preset.
    for (const char* key : {"seed", "face", "device"}) preset.set(key, settings.value(key));
    if (preset == settings) index = i;
  }
  if (preset_->currentIndex() != index) preset_->setCurrentIndex(index);
}

bool StagesPanel::run_or_pause() {
  switch (next_) {
    case Run::kStart: Q_EMIT start_requested(); return true;
    case Run::kPause: Q_EMIT pause_requested(); return true;
    case Run::kResume: Q_EMIT resume_requested(); return true;
    case Run::kNothing: return false;
  }
  return false;
}

void StagesPanel::show_snapshot(const Snapshot& snapshot) {
  while (rows_.size() < snapshot.stages.size()) {
    rows_.push_back(new StageRow);
    rows_layout_->addWidget(rows_.back());
  }
  while (rows_.size() > snapshot.stages.size()) {
    delete rows_.back();
    rows_.pop_back();
  }
  const bool paused = snapshot.state == SessionState::kPaused;
  for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i]->show_stage(snapshot.stages[i], paused);

  next_ = can_pause(snapshot)    ? Run::kPause
          : can_resume(snapshot) ? Run::kResume
          : can_start(snapshot)  ? Run::kStart
                                 : Run::kNothing;
  const bool pauses = next_ == Run::kPause;
  const bool again = snapshot.state == SessionState::kFinished ||
                     snapshot.state == SessionState::kFailed;
  const QString label = pauses                    ? tr("Pause")
                        : next_ == Run::kResume   ? tr("Go on")
                        : snapshot.state == SessionState::kStopping ? tr("Stopping…")
                        : again                   ? tr("Start again")
                                                  : tr("Start");
  if (run_->text() != label) {
    run_->setText(label);
    run_->setIcon(themed_icon(pauses ? "pause" : "play", again ? &Theme::text : &Theme::on_fill));
    run_->setToolTip(pauses  ? tr("Stand still after this step (Space)")
                     : again ? tr("Begins anew from the first head; what stands now is replaced")
                             : tr("Fit the head to the photo (Space)"));
  }
  if (run_->icon().isNull()) run_->setIcon(themed_icon("play", &Theme::on_fill));
  // After the run the accent goes on to the export.
  set_accent(run_, !again);
  run_->setEnabled(next_ != Run::kNothing);
  step_->setEnabled(can_step(snapshot));
  stop_->setEnabled(can_stop(snapshot));
  preset_->setEnabled(can_change_settings(snapshot.state) && !is_busy(snapshot.state));
  set_text(note_, snapshot.opening ? tr("Reading…")
                                  : translated(session_state_label(snapshot.state)));
}

}  // namespace portrait
