// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/lock_mark.h"

#include <QPainter>
#include <QPainterPath>

namespace portrait {

void paint_lock(QPainter& painter, const QPointF& centre, double height, const QColor& colour) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(centre);
  painter.scale(height / 10, height / 10);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawRoundedRect(QRectF(-4, -0.6, 8, 5.6), 1.2, 1.2);
  QPainterPath shackle;
  shackle.moveTo(-2.4, -0.2);
  shackle.lineTo(-2.4, -1.9);
  shackle.arcTo(QRectF(-2.4, -4.3, 4.8, 4.8), 180, -180);
  shackle.lineTo(2.4, -0.2);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(colour, 1.5, Qt::SolidLine, Qt::FlatCap));
  painter.drawPath(shackle);
  painter.restore();
}

}  // namespace portrait
