// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/sparkline.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace portrait {

void paint_sparkline(QPainter& painter, const QRectF& area, const std::vector<double>& values,
                     double low, double high, const QColor& colour) {
  if (values.empty() || high <= low) return;
  const double last = std::max<double>(1, double(values.size()) - 1);
  QPainterPath path;
  bool open = false;
  QPointF point;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      open = false;
      continue;
    }
    const double part = std::clamp((values[i] - low) / (high - low), 0.0, 1.0);
    point = {area.left() + area.width() * double(i) / last, area.bottom() - area.height() * part};
    if (open) {
      path.lineTo(point);
    } else {
      path.moveTo(point);
    }
    open = true;
  }
  painter.setPen(QPen(colour, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  if (values.size() == 1) {
    painter.drawPoint(point);
  } else {
    painter.drawPath(path);
  }
}

}  // namespace portrait
