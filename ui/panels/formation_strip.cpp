// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/formation_strip.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/widgets/loss_plot.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace portrait {

QString activity_text(const Snapshot& snapshot) {
  if (snapshot.opening) {
    const QString what = QString::fromStdString(snapshot.activity);
    return what.isEmpty() ? FormationStrip::tr("Reading the photo") : what;
  }
  QString stage;
  if (snapshot.stage >= 0 && snapshot.stage < int(snapshot.stages.size())) {
    const StageInfo& info = snapshot.stages[std::size_t(snapshot.stage)];
    stage = QString::fromStdString(info.label);
    if (info.steps > 0) {
      stage += FormationStrip::tr(", step %1 of %2").arg(info.step).arg(info.steps);
    } else if (info.step > 0) {
      stage += FormationStrip::tr(", step %1").arg(info.step);
    }
  }
  switch (snapshot.state) {
    case SessionState::kEmpty: return FormationStrip::tr("Waiting for a photo");
    case SessionState::kReady:
      return snapshot.first_head_s > 0 ? FormationStrip::tr("First head made in %1")
                                             .arg(clock_text(snapshot.first_head_s))
                                       : FormationStrip::tr("Ready");
    case SessionState::kRunning: return stage;
    case SessionState::kPaused: return FormationStrip::tr("Paused at %1").arg(stage);
    case SessionState::kStopping: return FormationStrip::tr("Measuring the head");
    case SessionState::kFinished: return FormationStrip::tr("Finished. %1").arg(stage);
    case SessionState::kFailed:
      return FormationStrip::tr("Stopped by an error; the last good head stands");
  }
  return {};
}

FormationStrip::FormationStrip(QWidget* parent)
    : QWidget(parent), what_(new QLabel), numbers_(new QLabel), plot_(new LossPlot) {
  setObjectName("bottomStrip");
  setAttribute(Qt::WA_StyledBackground);
  setFixedHeight(136);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kPanelMargin, 10, kPanelMargin, 8);
  layout->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  auto* title = new QLabel(tr("Formation"));
  title->setObjectName("strong");
  what_->setObjectName("dim");
  numbers_->setObjectName("dim");
  row->addWidget(title);
  row->addWidget(what_, 1);
  row->addWidget(numbers_);
  layout->addLayout(row);
  layout->addWidget(plot_, 1);
}

QString FormationStrip::activity() const { return what_->text(); }

void FormationStrip::show_snapshot(const Snapshot& snapshot) {
  set_text(what_, activity_text(snapshot));
  QStringList parts;
  if (!snapshot.losses.empty()) {
    parts << tr("loss %1").arg(snapshot.losses.front().second, 0, 'g', 3);
  }
  if (snapshot.elapsed_s > 0) parts << tr("%1 elapsed").arg(clock_text(snapshot.elapsed_s));
  if (snapshot.time_left_s >= 0 && snapshot.state != SessionState::kFinished) {
    parts << tr("%1 left").arg(clock_text(snapshot.time_left_s));
  }
  set_text(numbers_, parts.join(QStringLiteral(" · ")));

  int step = 0;
  int steps = 0;
  if (snapshot.stage >= 0 && snapshot.stage < int(snapshot.stages.size())) {
    step = snapshot.stages[std::size_t(snapshot.stage)].step;
    steps = snapshot.stages[std::size_t(snapshot.stage)].steps;
  }
  const bool under_way = is_busy(snapshot.state) || snapshot.state == SessionState::kPaused;
  plot_->show_losses(snapshot.loss_history, step, under_way ? steps : step,
                     snapshot.seconds_per_step, under_way);
}

}  // namespace portrait
