// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/cutout_canvas.h"

#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kMargin = 12;  // px round the fitted crop
constexpr double kMostZoom = 16;
constexpr float kTint = 0.62F;       // of what is cut away
constexpr double kSharpFrom = 3;     // pixels are shown as squares from this zoom on
constexpr double kBrushStep = 1.15;  // of [ and ]

}  // namespace

CutoutCanvas::CutoutCanvas(const Image& crop, const Image& matte, const Image& found,
                           QWidget* parent)
    : QWidget(parent),
      crop_(crop),
      edit_(matte, found),
      picture_(crop.width, crop.height, QImage::Format_RGB32) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("The photo's crop and its cut-out"));
  compose(picture_.rect());
  update_cursor();
}

void CutoutCanvas::set_brush(const MatteEdit::Brush& brush) {
  brush_ = brush;
  update();
}

void CutoutCanvas::set_show(Show show) {
  show_ = show;
  compose(picture_.rect());
  update();
}

void CutoutCanvas::undo() {
  changed(edit_.undo());
}
void CutoutCanvas::redo() {
  changed(edit_.redo());
}
void CutoutCanvas::reset() {
  changed(edit_.reset());
}

void CutoutCanvas::changed(const QRect& rect) {
  if (rect.isEmpty()) return;
  compose(rect);
  update();
  Q_EMIT edited();
}

void CutoutCanvas::compose(const QRect& rect) {
  const QColor tint = theme().information;
  const float tints[] = {float(tint.redF()), float(tint.greenF()), float(tint.blueF())};
  for (int y = rect.top(); y <= rect.bottom(); ++y) {
    auto* row = reinterpret_cast<QRgb*>(picture_.scanLine(y));
    for (int x = rect.left(); x <= rect.right(); ++x) {
      const float* c = crop_.at(x, y);
      const float m = *edit_.matte().at(x, y);
      int out[3];
      for (int k = 0; k < 3; ++k) {
        float v = m;
        if (show_ == Show::kOverlay) v = c[k] + kTint * (1 - m) * (tints[k] - c[k]);
        if (show_ == Show::kOnGrey) v = m * c[k] + (1 - m) * 0.5F;
        out[k] = int(std::clamp(v, 0.0F, 1.0F) * 255 + 0.5F);
      }
      row[x] = qRgb(out[0], out[1], out[2]);
    }
  }
}

void CutoutCanvas::fit() {
  fitted_ = true;
  const double wide = (width() - 2 * kMargin) / picture_.width();
  const double high = (height() - 2 * kMargin) / picture_.height();
  scale_ = std::max(0.05, std::min(wide, high));
  offset_ = QPointF(width() - scale_ * picture_.width(), height() - scale_ * picture_.height()) / 2;
  update();
  Q_EMIT zoomed();
}

void CutoutCanvas::zoom_by(double factor, QPointF about) {
  const QPointF at = in_crop(about);
  const double wanted = std::clamp(scale_ * factor, 0.25, kMostZoom);
  fitted_ = false;
  scale_ = wanted;
  offset_ = about - at * scale_;
  keep_in_view();
  update();
  Q_EMIT zoomed();
}

// Some of the picture always stays under the hand.
void CutoutCanvas::keep_in_view() {
  const double wide = scale_ * picture_.width();
  const double high = scale_ * picture_.height();
  const double rest = 64;
  offset_.setX(std::clamp(offset_.x(), rest - wide, std::max(rest - wide, width() - rest)));
  offset_.setY(std::clamp(offset_.y(), rest - high, std::max(rest - high, height() - rest)));
}

void CutoutCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().statusbar);
  painter.setRenderHint(QPainter::SmoothPixmapTransform, scale_ < kSharpFrom);
  painter.drawImage(QRectF(offset_, QSizeF(picture_.size()) * scale_), picture_);
  if (!cursor_ || panning_ || space_ || !isEnabled()) return;
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  const auto ring = [&](double radius, const QColor& colour, Qt::PenStyle style) {
    painter.setPen(QPen(colour, 1, style));
    painter.drawEllipse(*cursor_, radius, radius);
  };
  const double radius = brush_.radius * scale_;
  ring(radius + 1, QColor(0, 0, 0, 170), Qt::SolidLine);
  ring(radius, Qt::white, Qt::SolidLine);
  const double inner = radius * (1 - brush_.softness);
  if (inner > 3 && radius - inner > 2) ring(inner, QColor(255, 255, 255, 150), Qt::DotLine);
}

void CutoutCanvas::resizeEvent(QResizeEvent*) {
  if (fitted_) {
    fit();
  } else {
    keep_in_view();
  }
}

void CutoutCanvas::mousePressEvent(QMouseEvent* event) {
  setFocus();
  cursor_ = event->position();
  if (event->button() == Qt::MiddleButton || (space_ && event->button() == Qt::LeftButton)) {
    panning_ = true;
    grabbed_ = event->position() - offset_;
  } else if (event->button() == Qt::LeftButton || event->button() == Qt::RightButton) {
    if (edit_.in_stroke()) return;
    MatteEdit::Brush brush = brush_;
    const bool opposite =
        event->button() == Qt::RightButton || event->modifiers().testFlag(Qt::AltModifier);
    if (opposite) brush.adds = !brush.adds;
    changed(edit_.begin(brush, in_crop(event->position())));
  }
  update_cursor();
}

void CutoutCanvas::mouseMoveEvent(QMouseEvent* event) {
  cursor_ = event->position();
  if (panning_) {
    offset_ = event->position() - grabbed_;
    fitted_ = false;
    keep_in_view();
  } else if (edit_.in_stroke()) {
    changed(edit_.move_to(in_crop(event->position())));
  }
  update();
}

void CutoutCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (panning_ && !(event->buttons() & (Qt::LeftButton | Qt::MiddleButton))) panning_ = false;
  if (edit_.in_stroke() && !(event->buttons() & (Qt::LeftButton | Qt::RightButton))) {
    edit_.end();
    Q_EMIT edited();
  }
  update_cursor();
  update();
}

void CutoutCanvas::wheelEvent(QWheelEvent* event) {
  const int turned = event->angleDelta().y();
  if (turned != 0) zoom_by(std::pow(1.0015, turned), event->position());
  cursor_ = event->position();
  event->accept();
}

void CutoutCanvas::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_BracketLeft:
    case Qt::Key_BracketRight: {
      const bool larger = event->key() == Qt::Key_BracketRight;
      const double step = std::max(1.0, brush_.radius * (kBrushStep - 1));
      brush_.radius =
          std::clamp(brush_.radius + (larger ? step : -step), kLeastRadius, kMostRadius);
      break;
    }
    case Qt::Key_X:
      brush_.adds = !brush_.adds;
      break;
    case Qt::Key_0:
      fit();
      return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      zoom_by(1.25, cursor_.value_or(rect().center()));
      return;
    case Qt::Key_Minus:
      zoom_by(0.8, cursor_.value_or(rect().center()));
      return;
    case Qt::Key_Space:
      if (!event->isAutoRepeat()) space_ = true;
      update_cursor();
      update();
      return;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  update();
  Q_EMIT brush_changed();
}

void CutoutCanvas::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() != Qt::Key_Space) {
    QWidget::keyReleaseEvent(event);
    return;
  }
  if (!event->isAutoRepeat()) space_ = false;
  update_cursor();
  update();
}

void CutoutCanvas::leaveEvent(QEvent*) {
  cursor_.reset();
  update();
}

void CutoutCanvas::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    compose(picture_.rect());
    update();
  }
  QWidget::changeEvent(event);
}

// The ring is the cursor; a hand, where the picture is moved.
void CutoutCanvas::update_cursor() {
  setCursor(panning_ ? Qt::ClosedHandCursor : space_ ? Qt::OpenHandCursor : Qt::CrossCursor);
}

}  // namespace portrait
