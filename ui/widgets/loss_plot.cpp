// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/loss_plot.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/translated.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kAxisHeight = 18;
constexpr double kLeast = 1e-8;  // losses are drawn on a logarithmic scale

double log_of(float value) { return std::log10(std::max(double(value), kLeast)); }

// A round number of seconds that gives at most `count` marks.
double nice_seconds(double span, int count) {
  for (double step : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0,
                      1800.0}) {
    if (span / step <= count) return step;
  }
  return 3600 * std::max(1.0, std::ceil(span / 3600 / count));
}

}  // namespace

struct LossPlot::Scale {
  QRectF area;
  double span = 1;  // seconds
  double low = 0;   // logarithms of losses
  double high = 1;
  double x(double seconds) const { return area.left() + area.width() * seconds / span; }
  double y(float loss) const {
    return area.bottom() - area.height() * (log_of(loss) - low) / (high - low);
  }
  double y_of_score(float score) const {
    return area.bottom() - area.height() * std::clamp(double(score), 0.0, 1.0);
  }
};

LossPlot::LossPlot(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setAccessibleName(tr("Losses over time"));
}

void LossPlot::show_losses(const std::shared_ptr<const std::vector<LossSeries>>& history,
                           const std::vector<StageInfo>& stages, double elapsed, double total) {
  if (history == history_ && elapsed == elapsed_ && total == total_) return;
  history_ = history;
  elapsed_ = elapsed;
  total_ = total;
  stage_names_.clear();
  for (const StageInfo& stage : stages) stage_names_.push_back(translated(stage.label));
  update();
}

bool LossPlot::is_total(std::size_t series) const {
  const LossSeries& s = (*history_)[series];
  if (s.score) return false;
  return series == 0 || (*history_)[series - 1].stage != s.stage;
}

LossPlot::Scale LossPlot::scale() const {
  Scale s;
  s.area = QRectF(rect()).adjusted(0, 4, 0, -kAxisHeight - 2);
  s.span = std::max(total_, elapsed_);
  double low = 1e9;
  double high = -1e9;
  for (const LossSeries& series : *history_) {
    if (!series.seconds.empty()) s.span = std::max(s.span, double(series.seconds.back()));
    if (series.score) continue;
    for (float value : series.values) {
      if (!std::isfinite(value) || value <= 0) continue;
      low = std::min(low, log_of(value));
      high = std::max(high, log_of(value));
    }
  }
  if (s.span <= 0) s.span = 1;
  if (low <= high) {
    const double margin = std::max(0.05, 0.08 * (high - low));
    s.low = low - margin;
    s.high = high + margin;
  }
  return s;
}

void LossPlot::paint_axis(QPainter& painter, const Scale& s) const {
  const Theme& t = theme();
  painter.setPen(QPen(t.line, 1));
  painter.drawLine(QPointF(s.area.left(), s.area.bottom() + 0.5),
                   QPointF(s.area.right(), s.area.bottom() + 0.5));
  painter.setFont(ui_font(11));
  const double mark = nice_seconds(s.span, std::max(2, width() / 90));
  for (double at = 0; at <= s.span * 1.0001; at += mark) {
    const double x = s.x(at);
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(x, s.area.bottom()), QPointF(x, s.area.bottom() + 4));
    painter.setPen(t.dim);
    const QString text = at < 60 ? tr("%1 s").arg(at, 0, 'g', 3) : clock_text(at);
    const QRectF box(x - 40, s.area.bottom() + 4, 80, kAxisHeight - 4);
    const bool first = at == 0;
    const bool last = x > s.area.right() - 24;
    painter.drawText(first  ? box.translated(40, 0)
                     : last ? QRectF(s.area.right() - 80, box.top(), 80, box.height())
                            : box,
                     (first  ? Qt::AlignLeft
                      : last ? Qt::AlignRight
                             : Qt::AlignHCenter) |
                         Qt::AlignVCenter,
                     text);
  }
}

void LossPlot::paint_stages(QPainter& painter, const Scale& s) const {
  const Theme& t = theme();
  painter.setFont(ui_font(11));
  for (std::size_t i = 0; i < history_->size(); ++i) {
    const LossSeries& series = (*history_)[i];
    if (!is_total(i) || series.seconds.empty()) continue;
    const double x = s.x(series.seconds.front());
    painter.setPen(QPen(t.line, 1));
    if (i > 0) painter.drawLine(QPointF(x, s.area.top()), QPointF(x, s.area.bottom()));
    painter.setPen(t.faint);
    const auto stage = std::size_t(std::max(0, series.stage));
    if (stage < stage_names_.size()) {
      painter.drawText(QPointF(x + 6, s.area.bottom() - 5), stage_names_[stage]);
    }
  }
}

void LossPlot::paint_series(QPainter& painter, const Scale& s) const {
  const Theme& t = theme();
  // Totals come first in the list and are drawn last, on top.
  for (std::size_t i = history_->size(); i-- > 0;) {
    const LossSeries& series = (*history_)[i];
    QPainterPath path;
    bool open = false;
    for (std::size_t k = 0; k < series.values.size(); ++k) {
      const float value = series.values[k];
      if (!std::isfinite(value) || (!series.score && value <= 0)) {
        open = false;
        continue;
      }
      const QPointF point(s.x(series.seconds[k]),
                          series.score ? s.y_of_score(value) : s.y(value));
      if (open) {
        path.lineTo(point);
      } else {
        path.moveTo(point);
      }
      open = true;
    }
    QColor colour = series.score ? t.accent : is_total(i) ? t.information : t.dim;
    if (!series.score && !is_total(i)) colour.setAlphaF(0.45F);
    const double wide = series.score || is_total(i) ? 1.6 : 1;
    painter.setPen(QPen(colour, wide, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
  }
}

void LossPlot::paint_hover(QPainter& painter, const Scale& s) const {
  const Theme& t = theme();
  const double seconds = (hover_x_ - s.area.left()) / s.area.width() * s.span;
  // Of the stage that ran then: the first whose total goes on beyond it.
  int stage = -1;
  QStringList parts;
  for (std::size_t i = 0; i < history_->size(); ++i) {
    const LossSeries& series = (*history_)[i];
    const auto next =
        std::lower_bound(series.seconds.begin(), series.seconds.end(), float(seconds));
    if (next == series.seconds.end() || (stage >= 0 && series.stage != stage)) continue;
    const auto index = std::size_t(next - series.seconds.begin());
    if (stage < 0) {
      stage = series.stage;
      parts << tr("step %1").arg(series.steps[index]);
    }
    parts << QString("%1 %2")
                 .arg(translated(series.name))
                 .arg(series.values[index], 0, 'g', 3);
  }
  if (parts.isEmpty()) return;
  painter.setPen(QPen(t.outline, 1));
  painter.drawLine(QPointF(hover_x_, s.area.top()), QPointF(hover_x_, s.area.bottom()));
  const QString text = parts.join(QStringLiteral("   "));
  painter.setFont(ui_font(11));
  const double wide = painter.fontMetrics().horizontalAdvance(text) + 16;
  const double left =
      std::clamp(hover_x_ + 8, s.area.left(), std::max(s.area.left(), s.area.right() - wide));
  const QRectF box(left, s.area.top(), wide, 22);
  painter.setPen(QPen(t.line, 1));
  painter.setBrush(t.raised);
  painter.drawRoundedRect(box, 4, 4);
  painter.setPen(t.text);
  painter.drawText(box, Qt::AlignCenter, text);
}

void LossPlot::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  if (history_ == nullptr || history_->empty()) {
    const QRectF area = QRectF(rect()).adjusted(0, 4, 0, -kAxisHeight - 2);
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(area.left(), area.bottom() + 0.5),
                     QPointF(area.right(), area.bottom() + 0.5));
    painter.setPen(t.faint);
    painter.setFont(ui_font(12));
    painter.drawText(area, Qt::AlignCenter, tr("The loss is drawn here while a stage runs"));
    return;
  }
  const Scale s = scale();
  paint_axis(painter, s);
  paint_stages(painter, s);
  paint_series(painter, s);
  if (elapsed_ > 0 && elapsed_ < s.span) {
    const double x = s.x(elapsed_);
    painter.setPen(QPen(t.accent, 1.5));
    painter.drawLine(QPointF(x, s.area.top()), QPointF(x, s.area.bottom()));
  }
  if (hover_x_ >= 0) paint_hover(painter, s);
}

void LossPlot::mouseMoveEvent(QMouseEvent* event) {
  hover_x_ = event->position().x();
  update();
}

void LossPlot::leaveEvent(QEvent*) {
  hover_x_ = -1;
  update();
}

}  // namespace portrait
