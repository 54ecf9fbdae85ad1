// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/stage_row.h"

#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/translated.h"

#include <QPainter>

#include <algorithm>

namespace portrait {
namespace {

QColor dot_colour(StageState state, bool paused) {
  const Theme& t = theme();
  switch (state) {
    case StageState::kRunning: return paused ? t.information : t.accent;
    case StageState::kDone: return t.success;
    case StageState::kStopped: return t.information;
    case StageState::kFailed: return t.failure;
    default: return t.outline;
  }
}

QString tip(const StageInfo& stage) {
  if (stage.id == "first_head") {
    return StageRow::tr("One pass of the prior: T_init = G_enc(I), equation (3)");
  }
  if (stage.id == "photo_fit") {
    return StageRow::tr("Adjusts the head to the photo with L_ref alone, held to its first renders "
                        "from other sides");
  }
  if (stage.id == "geometry") {
    return StageRow::tr("Portrait geometry restoration, equations (4) to (6)");
  }
  if (stage.id == "detail") {
    return StageRow::tr("Multi-view diffusion refinement, equations (7) to (19)");
  }
  return {};
}

}  // namespace

StageRow::StageRow(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setFixedHeight(30);
}

void StageRow::show_stage(const StageInfo& stage, bool paused) {
  stage_ = stage;
  paused_ = paused;
  setToolTip(tip(stage));
  setAccessibleName(translated(stage.label) + ", " + right_text());
  update();
}

QString StageRow::right_text() const {
  switch (stage_.state) {
    case StageState::kRunning:
      if (stage_.steps > 0) return QString("%1 / %2").arg(stage_.step).arg(stage_.steps);
      return paused_ ? tr("paused") : tr("now");
    case StageState::kDone:
    case StageState::kStopped: return clock_text(stage_.seconds);
    case StageState::kFailed: return tr("failed");
    case StageState::kSkipped: return tr("skipped");
    case StageState::kNotInstalled: return tr("not installed");
    case StageState::kWaiting: return {};
  }
  return {};
}

void StageRow::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const bool now = stage_.state == StageState::kRunning;
  const QColor colour = dot_colour(stage_.state, paused_);
  if (now) {
    painter.fillRect(rect(), t.raised);
    painter.fillRect(QRect(0, 0, 2, height()), colour);
  }
  const QRectF dot(kPanelMargin, height() / 2.0 - 4, 8, 8);
  const bool hollow = stage_.state == StageState::kWaiting ||
                      stage_.state == StageState::kSkipped ||
                      stage_.state == StageState::kNotInstalled;
  painter.setPen(hollow ? QPen(colour, 1.5) : QPen(Qt::NoPen));
  painter.setBrush(hollow ? QBrush(Qt::NoBrush) : QBrush(colour));
  painter.drawEllipse(hollow ? dot.adjusted(0.5, 0.5, -0.5, -0.5) : dot);

  const bool absent = stage_.state == StageState::kNotInstalled;
  const QRect text = rect().adjusted(kPanelMargin + 20, 0, -kPanelMargin, now ? -2 : 0);
  const QString right = right_text();
  painter.setFont(ui_font(12));
  const int right_width = painter.fontMetrics().horizontalAdvance(right) + 8;
  painter.setPen(absent ? t.faint : stage_.state == StageState::kFailed ? t.failure : t.dim);
  painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, right);
  painter.setFont(ui_font(13, now ? QFont::Medium : QFont::Normal));
  painter.setPen(absent ? t.faint : hollow ? t.dim : t.text);
  painter.drawText(text.adjusted(0, 0, -right_width, 0), Qt::AlignLeft | Qt::AlignVCenter,
                   translated(stage_.label));
  if (now && stage_.steps > 0) {
    const QRectF groove(text.left(), height() - 4, text.width(), 2);
    const double part = std::clamp(double(stage_.step) / stage_.steps, 0.0, 1.0);
    painter.fillRect(groove, t.line);
    painter.fillRect(QRectF(groove.left(), groove.top(), groove.width() * part, 2), colour);
  }
}

}  // namespace portrait
