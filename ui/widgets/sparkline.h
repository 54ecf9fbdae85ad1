// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QRectF>

#include <vector>

class QPainter;

namespace portrait {

// Draws values as a thin line that fills the area from left to right; low and high are the ends of
// its vertical scale. Values that are not finite leave a gap.
void paint_sparkline(QPainter& painter, const QRectF& area, const std::vector<double>& values,
                     double low, double high, const QColor& colour);

}  // namespace portrait
