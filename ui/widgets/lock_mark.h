// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QPointF>

class QPainter;

namespace portrait {

// A padlock, closed, `height` pixels tall about its centre: the mark of a view whose target is the
// artist's picture. Solid, so that it is read at 8 pixels.
void paint_lock(QPainter& painter, const QPointF& centre, double height, const QColor& colour);

}  // namespace portrait
