// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/formation_timeline.h"

#include "core/project/formation.h"
#include "ui/image_convert.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kGap = 4;
constexpr double kRound = 4;

}  // namespace

FormationTimeline::FormationTimeline(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Formation of the head over time"));
  setToolTip(tr("Drag to go back and forth in the head's formation; Escape comes back to now"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

double FormationTimeline::place(double seconds) const {
  if (line_.size() < 2) return 0;  // a first head alone: when it will be done is not known
  return total_ > 0 ? width() * std::clamp(seconds / total_, 0.0, 1.0) : 0;
}

int FormationTimeline::index_of(std::uint64_t moment) const {
  for (std::size_t i = 0; i < line_.size(); ++i) {
    if (line_[i]->id == moment) return int(i);
  }
  return -1;
}

void FormationTimeline::show_formation(const std::shared_ptr<const Formation>& formation,
                                       double elapsed, double total) {
  if (formation == formation_ && elapsed == elapsed_ && total == total_) return;
  if (formation != formation_) {
    const std::shared_ptr<const Formation> before = formation_;
    formation_ = formation;
    line_ = formation ? formation->line(formation->tip)
                      : std::vector<std::shared_ptr<const FormationMoment>>();
    std::map<std::uint64_t, QImage> kept;
    for (const auto& moment : line_) {
      // Another head's moments have ids of their own, and may have the same ones.
      const auto old = before ? before->find(moment->id) : nullptr;
      const auto found = pictures_.find(moment->id);
      const bool same = found != pictures_.end() && old && old->volume == moment->volume;
      kept[moment->id] = same ? found->second : to_qimage(moment->picture);
    }
    pictures_ = std::move(kept);
  }
  elapsed_ = elapsed;
  total_ = std::max({total, elapsed, line_.empty() ? 0.0 : line_.back()->seconds});
  update();
}

void FormationTimeline::set_shown(std::uint64_t moment) {
  if (moment == shown_) return;
  shown_ = moment;
  update();
}

void FormationTimeline::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  // As many pictures as there is room for; each shows the newest moment within its stretch of
  // time, and those to come are empty.
  const double side = height();
  const int slots = std::max(1, int(std::lround((width() + kGap) / (side + kGap))));
  const double pitch = (width() + kGap) / slots;
  for (int slot = 0; slot < slots; ++slot) {
    const QRectF box(slot * pitch, 0, pitch - kGap, side);
    QPainterPath shape;
    shape.addRoundedRect(box, kRound, kRound);
    painter.fillPath(shape, t.statusbar);
    const double from = total_ * slot / slots;
    const double until = total_ * (slot + 1) / slots;
    const FormationMoment* newest = slot == 0 && !line_.empty() ? line_.front().get() : nullptr;
    for (const auto& moment : line_) {
      if (moment->seconds <= until || (slot + 1 == slots)) newest = moment.get();
    }
    // A stretch without a moment of its own shows the last one before it, up to now.
    const bool to_come = line_.size() == 1 ? slot > 0 : from > elapsed_;
    if (newest == nullptr || to_come) continue;
    painter.save();
    painter.setClipPath(shape);
    const QImage& picture = pictures_.at(newest->id);
    const QSizeF size = QSizeF(picture.size()).scaled(box.size(), Qt::KeepAspectRatioByExpanding);
    if (newest->seconds < from) painter.setOpacity(0.45);
    painter.drawImage(QRectF(box.center() - QPointF(size.width(), size.height()) / 2, size),
                      picture);
    painter.restore();
  }
  // Where the optimisation can be taken up.
  for (const auto& moment : line_) {
    if (!moment->restart) continue;
    const double x = std::clamp(place(moment->seconds), 3.0, width() - 3.0);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.information);
    painter.drawEllipse(QPointF(x, side - 5), 2.5, 2.5);
  }
  const int index = index_of(shown_);
  const double at = index >= 0 ? line_[std::size_t(index)]->seconds : elapsed_;
  if (!line_.empty()) {
    const double x = std::clamp(place(at), 1.0, width() - 1.0);
    painter.setPen(QPen(index >= 0 ? t.information : t.accent, 2));
    painter.drawLine(QPointF(x, 0), QPointF(x, side));
  }
  if (hasFocus()) {
    painter.setPen(QPen(t.information, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRound, kRound);
  }
}

void FormationTimeline::scrub_to(double x) {
  if (line_.empty() || total_ <= 0) return;
  const double seconds = total_ * x / std::max(1, width());
  if (seconds >= elapsed_) {
    Q_EMIT scrubbed(0);
    return;
  }
  const auto nearest =
      std::min_element(line_.begin(), line_.end(), [&](const auto& a, const auto& b) {
        return std::abs(a->seconds - seconds) < std::abs(b->seconds - seconds);
      });
  Q_EMIT scrubbed((*nearest)->id);
}

void FormationTimeline::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) scrub_to(event->position().x());
}

void FormationTimeline::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() & Qt::LeftButton) scrub_to(event->position().x());
}

void FormationTimeline::keyPressEvent(QKeyEvent* event) {
  const int index = index_of(shown_);
  if (event->key() == Qt::Key_Escape && shown_ != 0) {
    Q_EMIT scrubbed(0);
  } else if (event->key() == Qt::Key_Left && !line_.empty()) {
    const int to = index < 0 ? int(line_.size()) - 1 : std::max(0, index - 1);
    Q_EMIT scrubbed(line_[std::size_t(to)]->id);
  } else if (event->key() == Qt::Key_Right && index >= 0) {
    const bool last = index + 1 == int(line_.size());
    Q_EMIT scrubbed(last ? 0 : line_[std::size_t(index) + 1]->id);
  } else {
    QWidget::keyPressEvent(event);
  }
}

}  // namespace portrait
