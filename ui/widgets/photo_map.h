// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QPolygonF>
#include <QWidget>

#include <memory>

namespace portrait {

struct PhotoInfo;

// The whole photo, small: the crop's frame in it, and a box round each face where there are
// several, to choose one.
class PhotoMap : public QWidget {
  Q_OBJECT

 public:
  explicit PhotoMap(QWidget* parent = nullptr);
  void set_photo(const std::shared_ptr<const PhotoInfo>& photo);
  void set_choosable(bool choosable);
  int face_count() const;
  QRectF face_rect(int face) const;  // on the widget; face from 0 on
  QPolygonF crop_frame() const;      // on the widget

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override { return {48, 48}; }
  void set_most_height(int height) { most_height_ = height; }

 Q_SIGNALS:
  void face_chosen(int face);  // another than the one that stands; from 0 on, left to right

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  QRectF picture_rect() const;
  int face_at(QPointF at) const;
  void set_hovered(int face);
  void choose(int face);

  std::shared_ptr<const PhotoInfo> photo_;
  QImage image_;
  int most_height_ = 4096;
  int hovered_ = -1;
  bool choosable_ = true;
};

}  // namespace portrait
