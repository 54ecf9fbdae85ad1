// SPDX-License-Identifier: Apache-2.0
#include "ui/status_line.h"

#include "core/session/snapshot.h"
#include "ui/ago_text.h"
#include "ui/panels/panel_parts.h"

#include <QHBoxLayout>
#include <QLabel>

namespace portrait {
namespace {

constexpr int kSecondMs = 1000;

QString memory_text(double megabytes) {
  return megabytes < 1000 ? QString("%1 MB").arg(megabytes, 0, 'f', 0)
                          : QString("%1 GB").arg(megabytes / 1024, 0, 'f', 1);
}

QString saved_text(const Snapshot& snapshot) {
  using State = SaveStatus::State;
  if (snapshot.autosave.state == State::kFailed) {
    return StatusLine::tr("Autosave failed: %1")
        .arg(QString::fromStdString(snapshot.autosave.error));
  }
  if (snapshot.saved.state == State::kFailed) {
    return StatusLine::tr("Not saved: %1").arg(QString::fromStdString(snapshot.saved.error));
  }
  const QString name = QString::fromStdString(snapshot.saved.path.filename().string());
  if (snapshot.autosave.state == State::kSaved) {
    const auto age = std::chrono::system_clock::now() - snapshot.autosave.at;
    return StatusLine::tr("Autosaved %1")
        .arg(ago_text(std::chrono::duration_cast<std::chrono::seconds>(age)));
  }
  if (snapshot.unsaved) return StatusLine::tr("Not saved yet");
  if (snapshot.saved.state == State::kSaved) return StatusLine::tr("Saved as %1").arg(name);
  return {};
}

}  // namespace

StatusLine::StatusLine(QWidget* parent) : QStatusBar(parent) {
  setSizeGripEnabled(false);
  setFixedHeight(26);
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(kPanelMargin - 2, 0, kPanelMargin - 2, 0);
  layout->setSpacing(20);
  auto add = [&] {
    auto* label = new QLabel;
    layout->addWidget(label);
    return label;
  };
  device_ = add();
  speed_ = add();
  memory_ = add();
  drawing_ = add();
  layout->addStretch(1);
  saved_ = add();
  seed_ = add();
  addWidget(row, 1);
  clock_.setInterval(kSecondMs);
  connect(&clock_, &QTimer::timeout, this, &StatusLine::show_saved);
}

void StatusLine::show_saved() {
  set_text(saved_, saved_text(*snapshot_));
  saved_->setVisible(!saved_->text().isEmpty());
  const bool autosaved = snapshot_->autosave.state == SaveStatus::State::kSaved;
  saved_->setToolTip(autosaved ? QString::fromStdString(snapshot_->autosave.path.string())
                               : QString());
  if (autosaved && !clock_.isActive()) clock_.start();
  if (!autosaved) clock_.stop();
}

void StatusLine::show_snapshot(const std::shared_ptr<const Snapshot>& shown) {
  snapshot_ = shown;
  const Snapshot& snapshot = *shown;
  QString device = QString::fromStdString(snapshot.device);
  if (!device.isEmpty() && snapshot.threads > 0) {
    device += snapshot.threads == 1 ? tr(" · 1 thread") : tr(" · %1 threads").arg(snapshot.threads);
  }
  set_text(device_, device);
  set_text(speed_, snapshot.seconds_per_step > 0
                       ? tr("%1 s a step").arg(snapshot.seconds_per_step, 0, 'f', 2)
                       : QString());
  set_text(memory_, snapshot.memory_mb > 0 ? memory_text(snapshot.memory_mb) : QString());
  show_saved();
  set_text(seed_, tr("seed %1").arg(snapshot.seed));
  for (QLabel* label : {device_, speed_, memory_, drawing_}) {
    label->setVisible(!label->text().isEmpty());
  }
}

void StatusLine::set_renderer(const QString& name, bool software) {
  set_text(drawing_, software ? tr("software OpenGL") : QString());
  drawing_->setToolTip(name);
  drawing_->setVisible(software);
}

}  // namespace portrait
