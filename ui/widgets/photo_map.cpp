// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/photo_map.h"

#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace portrait {
namespace {

constexpr double kRound = 5;
constexpr double kSlack = 3;  // px round a box that count as it

}  // namespace

PhotoMap::PhotoMap(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  setMouseTracking(true);
}

void PhotoMap::set_photo(const std::shared_ptr<const PhotoInfo>& photo) {
  photo_ = photo;
  image_ = photo == nullptr ? QImage() : to_qimage(photo->overview);
  hovered_ = -1;
  setFocusPolicy(face_count() > 1 ? Qt::TabFocus : Qt::NoFocus);
  setAccessibleName(face_count() > 1
                        ? tr("The photo; the arrow keys go from face to face, Enter takes one")
                        : tr("The photo"));
  setToolTip(face_count() > 1 ? tr("Click the face to make the head of") : QString());
  updateGeometry();
  update();
}

void PhotoMap::set_choosable(bool choosable) {
  choosable_ = choosable;
  if (!choosable) set_hovered(-1);
}

int PhotoMap::face_count() const {
  return photo_ == nullptr ? 0 : int(photo_->faces.size());
}

int PhotoMap::heightForWidth(int width) const {
  const int own = image_.isNull() ? width : width * image_.height() / std::max(1, image_.width());
  return std::min(own, most_height_);
}

QRectF PhotoMap::picture_rect() const {
  const QSizeF shown = QSizeF(image_.size()).scaled(size(), Qt::KeepAspectRatio);
  return {QPointF((width() - shown.width()) / 2, (height() - shown.height()) / 2), shown};
}

QRectF PhotoMap::face_rect(int face) const {
  const QRectF all = picture_rect();
  const FaceFrame& box = photo_->faces[std::size_t(face)];
  return {all.x() + box.x * all.width(), all.y() + box.y * all.height(), box.width * all.width(),
          box.height * all.height()};
}

QPolygonF PhotoMap::crop_frame() const {
  QPolygonF frame;
  const QRectF all = picture_rect();
  for (const auto& corner : photo_->crop_corners) {
    frame << QPointF(all.x() + corner[0] * all.width(), all.y() + corner[1] * all.height());
  }
  return frame;
}

void PhotoMap::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  QPainterPath shape;
  shape.addRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRound, kRound);
  painter.fillPath(shape, t.statusbar);
  if (image_.isNull()) return;
  painter.save();
  painter.setClipPath(shape);
  painter.drawImage(picture_rect(), image_);
  // What lies outside the crop is not seen by the method.
  QPainterPath inside;
  inside.addPolygon(crop_frame());
  inside.closeSubpath();
  QPainterPath outside;
  outside.addRect(picture_rect());
  painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 110));
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(QColor(0, 0, 0, 140), 2.5));
  painter.drawPath(inside);
  painter.setPen(QPen(Qt::white, 1.2));
  painter.drawPath(inside);
  if (face_count() > 1) {
    for (int i = 0; i < face_count(); ++i) {
      const bool shown = i == photo_->face;
      const QColor colour = shown ? t.accent : i == hovered_ ? t.information : QColor(Qt::white);
      painter.setPen(QPen(QColor(0, 0, 0, 150), 3.5));
      painter.drawRoundedRect(face_rect(i), 3, 3);
      painter.setPen(QPen(colour, shown || i == hovered_ ? 2 : 1.2));
      painter.drawRoundedRect(face_rect(i), 3, 3);
    }
  }
  painter.restore();
  painter.setPen(QPen(hasFocus() ? t.information : t.line, 1));
  painter.drawPath(shape);
}

int PhotoMap::face_at(QPointF at) const {
  int found = -1;
  double nearest = 1e9;
  for (int i = 0; i < face_count() && face_count() > 1; ++i) {
    const QRectF box = face_rect(i).adjusted(-kSlack, -kSlack, kSlack, kSlack);
    const double away = (box.center() - at).manhattanLength();
    if (box.contains(at) && away < nearest) {
      nearest = away;
      found = i;
    }
  }
  return found;
}

void PhotoMap::set_hovered(int face) {
  if (face == hovered_) return;
  hovered_ = face;
  setCursor(face >= 0 && face != photo_->face ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
}

void PhotoMap::choose(int face) {
  if (choosable_ && face >= 0 && face != photo_->face) Q_EMIT face_chosen(face);
}

void PhotoMap::mouseMoveEvent(QMouseEvent* event) {
  if (choosable_) set_hovered(face_at(event->position()));
}

void PhotoMap::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) choose(face_at(event->position()));
}

void PhotoMap::keyPressEvent(QKeyEvent* event) {
  const int faces = face_count();
  if (faces > 1 && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
    const int from = hovered_ >= 0 ? hovered_ : std::max(0, photo_->face);
    set_hovered(std::clamp(from + (event->key() == Qt::Key_Left ? -1 : 1), 0, faces - 1));
  } else if (faces > 1 && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
    choose(hovered_);
  } else {
    QWidget::keyPressEvent(event);
  }
}

void PhotoMap::leaveEvent(QEvent*) {
  set_hovered(-1);
}
void PhotoMap::focusInEvent(QFocusEvent*) {
  update();
}
void PhotoMap::focusOutEvent(QFocusEvent*) {
  set_hovered(-1);
  update();
}

}  // namespace portrait
