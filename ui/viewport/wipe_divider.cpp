// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/wipe_divider.h"

#include "ui/theme.h"

#include <QPainter>

namespace portrait {

WipeDivider::WipeDivider(QWidget* parent) : QWidget(parent) {
  setCursor(Qt::SplitHCursor);
  setAccessibleName(tr("Divider between photo and head"));
}

// Mouse events pass on to the viewport, which knows what a drag means.
void WipeDivider::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double x = width() / 2.0;
  const QPointF middle(x, height() * 0.86);
  painter.setPen(QPen(t.text, 1));
  painter.drawLine(QPointF(x, 0), QPointF(x, height()));
  painter.setPen(QPen(t.statusbar, 1));
  painter.setBrush(t.text);
  painter.drawEllipse(middle, 11, 11);
  painter.setPen(QPen(t.panel, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  for (int side : {-1, 1}) {
    const QPointF arrow[] = {middle + QPointF(side * 3, -3), middle + QPointF(side * 6, 0),
                             middle + QPointF(side * 3, 3)};
    painter.drawPolyline(arrow, 3);
  }
}

}  // namespace portrait
