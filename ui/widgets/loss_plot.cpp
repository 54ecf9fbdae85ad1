// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/loss_plot.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"

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

// A step of 1, 2 or 5 times a power of ten that gives about `count` marks.
double nice_step(double span, int count) {
  const double rough = span / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(std::max(rough, 1e-9))));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

// The same for times: whole seconds, then minutes.
double nice_seconds(double span, int count) {
  for (double step : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0}) {
    if (span / step <= count) return step;
  }
  return nice_step(span, count);
}

}  // namespace

struct LossPlot::Scale {
  QRectF area;
  double last_step = 1;
  double low = 0;
  double high = 1;
  double x(double step) const { return area.left() + area.width() * step / last_step; }
  double y(float value) const {
    return area.bottom() - area.height() * (log_of(value) - low) / (high - low);
  }
};

LossPlot::LossPlot(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setAccessibleName(tr("Losses over time"));
}

void LossPlot::show_losses(const std::shared_ptr<const std::vector<LossSeries>>& history, int step,
                           int steps, double seconds_per_step, bool running) {
  if (history == history_ && step == step_ && steps == steps_ && running == running_) return;
  history_ = history;
  step_ = step;
  steps_ = steps;
  seconds_per_step_ = seconds_per_step;
  running_ = running;
  update();
}

LossPlot::Scale LossPlot::scale() const {
  Scale s;
  s.area = QRectF(rect()).adjusted(0, 6, 0, -kAxisHeight - 2);
  double low = 1e9;
  double high = -1e9;
  int last = std::max(steps_, step_);
  if (history_ != nullptr) {
    for (const LossSeries& series : *history_) {
      if (!series.steps.empty()) last = std::max(last, series.steps.back());
      for (float value : series.values) {
        if (!std::isfinite(value) || value <= 0) continue;
        low = std::min(low, log_of(value));
        high = std::max(high, log_of(value));
      }
    }
  }
  s.last_step = std::max(1, last);
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
  const bool timed = seconds_per_step_ > 0;
  const double span = timed ? s.last_step * seconds_per_step_ : s.last_step;
  const int most = std::max(2, width() / 90);
  const double mark = timed ? nice_seconds(span, most) : nice_step(span, most);
  for (double at = 0; at <= span * 1.0001; at += mark) {
    const double x = s.area.left() + s.area.width() * at / span;
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(x, s.area.bottom()), QPointF(x, s.area.bottom() + 4));
    painter.setPen(t.dim);
    const QString text = !timed    ? QString::number(int(at))
                         : at < 60 ? tr("%1 s").arg(at, 0, 'g', 3)
                                   : clock_text(at);
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

void LossPlot::paint_series(QPainter& painter, const Scale& s) const {
  const Theme& t = theme();
  // The total comes first in the list and is drawn last, on top.
  for (std::size_t i = history_->size(); i-- > 0;) {
    const LossSeries& series = (*history_)[i];
    QPainterPath path;
    bool open = false;
    const std::size_t count = std::min(series.steps.size(), series.values.size());
    for (std::size_t k = 0; k < count; ++k) {
      const float value = series.values[k];
      if (!std::isfinite(value) || value <= 0) {
        open = false;
        continue;
      }
      const QPointF point(s.x(series.steps[k]), s.y(value));
      if (open) {
        path.lineTo(point);
      } else {
        path.moveTo(point);
      }
      open = true;
    }
    QColor colour = i == 0 ? t.information : t.dim;
    if (i != 0) colour.setAlphaF(0.45F);
    painter.setPen(QPen(colour, i == 0 ? 1.6 : 1, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
  }
}

void LossPlot::paint_hover(QPainter& painter, const Scale& s) const {
  const Theme& t = theme();
  const double step = (hover_x_ - s.area.left()) / s.area.width() * s.last_step;
  QStringList parts;
  for (const LossSeries& series : *history_) {
    const auto next = std::lower_bound(series.steps.begin(), series.steps.end(), int(step));
    if (next == series.steps.end()) continue;
    const auto index = std::size_t(next - series.steps.begin());
    if (index >= series.values.size()) continue;
    if (parts.isEmpty()) parts << tr("step %1").arg(*next);
    parts << QString("%1 %2").arg(QString::fromStdString(series.name)).arg(series.values[index], 0,
                                                                          'g', 3);
  }
  if (parts.isEmpty()) return;
  painter.setPen(QPen(t.outline, 1));
  painter.drawLine(QPointF(hover_x_, s.area.top()), QPointF(hover_x_, s.area.bottom()));
  const QString text = parts.join(QStringLiteral("   "));
  painter.setFont(ui_font(11));
  const double wide = painter.fontMetrics().horizontalAdvance(text) + 16;
  const double left = std::clamp(hover_x_ + 8, s.area.left(), s.area.right() - wide);
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
  const bool any = history_ != nullptr && !history_->empty() && !history_->front().steps.empty();
  const Scale s = scale();
  if (!any) {
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(s.area.left(), s.area.bottom() + 0.5),
                     QPointF(s.area.right(), s.area.bottom() + 0.5));
    painter.setPen(t.faint);
    painter.setFont(ui_font(12));
    painter.drawText(s.area, Qt::AlignCenter, tr("The loss is drawn here while a stage runs"));
    return;
  }
  paint_axis(painter, s);
  paint_series(painter, s);
  if (running_ && step_ > 0) {
    const double x = s.x(step_);
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
