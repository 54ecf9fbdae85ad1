// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/formation_strip.h"

#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/translated.h"
#include "ui/widgets/formation_timeline.h"
#include "ui/widgets/loss_plot.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace portrait {
namespace {
constexpr int kFilmMs = 110;
}  // namespace

QString activity_text(const Snapshot& snapshot) {
  if (snapshot.opening) {
    const QString what = translated(snapshot.activity);
    return what.isEmpty() ? FormationStrip::tr("Reading the photo") : what;
  }
  QString stage;
  if (snapshot.stage >= 0 && snapshot.stage < int(snapshot.stages.size())) {
    const StageInfo& info = snapshot.stages[std::size_t(snapshot.stage)];
    stage = translated(info.label);
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
    : QWidget(parent),
      what_(new QLabel),
      numbers_(new QLabel),
      play_(new QPushButton(tr("Play"))),
      continue_(new QPushButton),
      now_(new QPushButton(tr("Back to now"))),
      branches_(new QPushButton(tr("Branches"))),
      branch_menu_(new QMenu(this)),
      timeline_(new FormationTimeline),
      plot_(new LossPlot) {
  setObjectName("bottomStrip");
  setAttribute(Qt::WA_StyledBackground);
  setFixedHeight(184);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kPanelMargin, 8, kPanelMargin, 8);
  layout->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  auto* title = new QLabel(tr("Formation"));
  title->setObjectName("strong");
  what_->setObjectName("dim");
  numbers_->setObjectName("dim");
  row->addWidget(title);
  row->addWidget(what_, 1);
  build_buttons(row);
  row->addWidget(numbers_);
  layout->addLayout(row);
  layout->addWidget(timeline_);
  layout->addWidget(plot_, 1);
  connect(timeline_, &FormationTimeline::scrubbed, this, [this](quint64 moment) {
    film_.stop();
    look_at(moment);
  });
  film_.setInterval(kFilmMs);
  connect(&film_, &QTimer::timeout, this, &FormationStrip::play_next);
  update_buttons();
}

void FormationStrip::build_buttons(QHBoxLayout* row) {
  play_->setToolTip(tr("Show how the head formed, from its beginning to now"));
  continue_->setToolTip(tr("Take the optimisation up from there, with the settings of now. What "
                           "came after stays as a branch of its own"));
  now_->setToolTip(tr("Show the head as it is (Escape)"));
  branches_->setToolTip(tr("Other ways the head has gone, and the way back to them"));
  branches_->setMenu(branch_menu_);
  branches_->setProperty("hasMenu", true);
  for (QPushButton* button : {play_, continue_, now_, branches_}) {
    button->setProperty("strip", true);
    row->addWidget(button);
  }
  connect(play_, &QPushButton::clicked, this, &FormationStrip::play);
  connect(now_, &QPushButton::clicked, this, [this] { look_at(0); });
  connect(continue_, &QPushButton::clicked, this, [this] {
    const std::uint64_t moment = timeline_->shown();
    look_at(0);
    if (moment != 0) Q_EMIT return_requested(moment);
  });
}

QString FormationStrip::activity() const { return what_->text(); }

std::uint64_t FormationStrip::looked_at() const { return timeline_->shown(); }

void FormationStrip::look_at(std::uint64_t moment) {
  if (moment == 0) film_.stop();
  timeline_->set_shown(moment);
  Q_EMIT shown(formation_ && moment != 0 ? formation_->find(moment) : nullptr);
  update_buttons();
}

void FormationStrip::play() {
  if (film_.isActive()) {
    look_at(0);
    return;
  }
  if (timeline_->line().size() < 2) return;
  look_at(timeline_->line().front()->id);
  film_.start();
  update_buttons();
}

void FormationStrip::play_next() {
  const auto& line = timeline_->line();
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (line[i]->id != timeline_->shown()) continue;
    look_at(line[i + 1]->id);
    return;
  }
  look_at(0);
}

void FormationStrip::fill_branches() {
  branch_menu_->clear();
  if (!formation_) return;
  for (const auto& end : formation_->other_ends()) {
    if (!end->restart) continue;
    QAction* action = branch_menu_->addAction(
        QIcon(QPixmap::fromImage(to_qimage(end->picture))),
        tr("%1, step %2 (%3)")
            .arg(translated(end->stage))
            .arg(end->step)
            .arg(clock_text(end->seconds)));
    connect(action, &QAction::triggered, this, [this, id = end->id] {
      look_at(0);
      Q_EMIT return_requested(id);
    });
  }
}

void FormationStrip::update_buttons() {
  const std::uint64_t moment = timeline_->shown();
  const auto from = formation_ && moment != 0 ? formation_->restart_of(moment) : nullptr;
  play_->setVisible(timeline_->line().size() > 1);
  play_->setText(film_.isActive() ? tr("Stop the film") : tr("Play"));
  now_->setVisible(moment != 0);
  continue_->setVisible(from != nullptr && !film_.isActive());
  continue_->setEnabled(may_return_);
  if (from != nullptr) {
    continue_->setText(from->id == moment ? tr("Go on from here")
                                          : tr("Go on from %1, step %2")
                                                .arg(translated(from->stage))
                                                .arg(from->step));
  }
  branches_->setVisible(!branch_menu_->isEmpty());
  branches_->setEnabled(may_return_);
}

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

  if (snapshot.photo != photo_) {  // moments of another head
    photo_ = snapshot.photo;
    look_at(0);
  }
  const bool grew = snapshot.formation != formation_;
  const bool may_return = can_return(snapshot);
  formation_ = snapshot.formation;
  const double total = snapshot.elapsed_s + std::max(0.0, snapshot.time_left_s);
  timeline_->show_formation(formation_, snapshot.elapsed_s, total);
  if (grew) fill_branches();
  // The moment that is looked at went with its branch, or was thinned out.
  if (timeline_->shown() != 0 && (!formation_ || !formation_->find(timeline_->shown()))) look_at(0);
  if (grew || may_return != may_return_) {
    may_return_ = may_return;
    update_buttons();
  }
  plot_->show_losses(snapshot.loss_history, snapshot.stages, snapshot.elapsed_s, total);
}

}  // namespace portrait
