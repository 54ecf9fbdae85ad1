// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/thumbnail.h"

#include "ui/theme.h"
#include "ui/widgets/lock_mark.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

namespace portrait {
namespace {
constexpr double kRound = 5;
}

Thumbnail::Thumbnail(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void Thumbnail::set_image(const QImage& image) {
  image_ = image;
  scaled_ = {};
  update();
}

void Thumbnail::set_clickable(bool clickable) {
  clickable_ = clickable;
  setCursor(clickable ? Qt::PointingHandCursor : Qt::ArrowCursor);
  setFocusPolicy(clickable ? Qt::TabFocus : Qt::NoFocus);
}

void Thumbnail::set_selected(bool selected) {
  if (selected_ == selected) return;
  selected_ = selected;
  update();
}

void Thumbnail::set_number(int number, bool strong) {
  if (number_ == number && strong_ == strong) return;
  number_ = number;
  strong_ = strong;
  update();
}

void Thumbnail::set_faded(bool faded) {
  if (faded_ == faded) return;
  faded_ = faded;
  update();
}

void Thumbnail::set_locked(bool locked) {
  if (locked_ == locked) return;
  locked_ = locked;
  update();
}

void Thumbnail::paint_lock_chip(QPainter& painter) const {
  const Theme& t = theme();
  const QRectF chip(width() - 17, 3, 14, 14);
  QColor behind = t.statusbar;
  behind.setAlpha(200);
  painter.setPen(Qt::NoPen);
  painter.setBrush(behind);
  painter.drawRoundedRect(chip, 4, 4);
  paint_lock(painter, chip.center(), 9, t.information);
}

void Thumbnail::paint_number(QPainter& painter) const {
  const Theme& t = theme();
  const QFont font = ui_font(10, QFont::DemiBold);
  const QString text = QString::number(number_);
  const double width = std::max(14, QFontMetrics(font).horizontalAdvance(text) + 6);
  const QRectF chip(3, 3, width, 14);
  QColor behind = strong_ ? t.text : t.statusbar;
  if (!strong_) behind.setAlpha(200);
  painter.setPen(Qt::NoPen);
  painter.setBrush(behind);
  painter.drawRoundedRect(chip, 4, 4);
  painter.setFont(font);
  painter.setPen(strong_ ? t.statusbar : t.text);
  painter.drawText(chip, Qt::AlignCenter, text);
}

void Thumbnail::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF area = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
  QPainterPath shape;
  shape.addRoundedRect(area, kRound, kRound);
  painter.fillPath(shape, t.statusbar);
  if (!image_.isNull()) {
    const qreal ratio = devicePixelRatioF();
    const QSize wanted = image_.size().scaled(size() * ratio, Qt::KeepAspectRatio);
    if (scaled_.size() != wanted) {
      scaled_ = QPixmap::fromImage(
          image_.scaled(wanted, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
      scaled_.setDevicePixelRatio(ratio);
    }
    painter.save();
    painter.setClipPath(shape);
    if (faded_) painter.setOpacity(0.3);
    const QSizeF shown = QSizeF(scaled_.size()) / ratio;
    painter.drawPixmap(QPointF((width() - shown.width()) / 2, (height() - shown.height()) / 2),
                       scaled_);
    painter.restore();
  }
  if (number_ > 0) paint_number(painter);
  if (locked_) paint_lock_chip(painter);
  const bool focused = hasFocus();
  const QColor border = selected_ ? t.accent : focused ? t.information : hovered_ ? t.dim : t.line;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(border, selected_ ? 1.5 : 1));
  painter.drawPath(shape);
}

void Thumbnail::mousePressEvent(QMouseEvent* event) {
  if (clickable_ && event->button() == Qt::LeftButton) {
    Q_EMIT clicked();
  } else {
    event->ignore();
  }
}

void Thumbnail::keyPressEvent(QKeyEvent* event) {
  if (clickable_ && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
    Q_EMIT clicked();
  } else {
    QWidget::keyPressEvent(event);
  }
}

void Thumbnail::enterEvent(QEnterEvent*) {
  hovered_ = clickable_;
  update();
}

void Thumbnail::leaveEvent(QEvent*) {
  hovered_ = false;
  update();
}

void Thumbnail::focusInEvent(QFocusEvent*) { update(); }
void Thumbnail::focusOutEvent(QFocusEvent*) { update(); }

}  // namespace portrait
