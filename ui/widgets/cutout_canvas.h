// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/widgets/matte_edit.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace portrait {

// The crop, large, with the matte over it, and the brush. Left button: what the brush does; right
// button, or Alt: the opposite. Wheel: nearer and farther; middle button, or Space: moves.
class CutoutCanvas : public QWidget {
  Q_OBJECT

 public:
  enum class Show { kOverlay, kOnGrey, kMatte };
  static constexpr double kLeastRadius = 1;
  static constexpr double kMostRadius = 128;

  // crop: RGB; matte and found: its size, one channel.
  CutoutCanvas(const Image& crop, const Image& matte, const Image& found,
               QWidget* parent = nullptr);

  const MatteEdit& edit() const { return edit_; }
  const MatteEdit::Brush& brush() const { return brush_; }
  void set_brush(const MatteEdit::Brush& brush);
  void set_show(Show show);
  void undo();
  void redo();
  void reset();
  void fit();
  double zoom() const { return scale_; }  // screen pixels a pixel of the crop
  // Where a pixel of the crop is on the widget.
  QPointF on_screen(QPointF in_crop) const { return offset_ + in_crop * scale_; }

  QSize sizeHint() const override { return {720, 720}; }
  QSize minimumSizeHint() const override { return {320, 320}; }

 Q_SIGNALS:
  void edited();         // the matte is another
  void brush_changed();  // by hand, here
  void zoomed();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  QPointF in_crop(QPointF on_widget) const { return (on_widget - offset_) / scale_; }
  void compose(const QRect& rect);
  void changed(const QRect& rect);
  void zoom_by(double factor, QPointF about);
  void keep_in_view();
  void update_cursor();

  Image crop_;
  MatteEdit edit_;
  MatteEdit::Brush brush_;
  Show show_ = Show::kOverlay;
  QImage picture_;
  double scale_ = 1;
  QPointF offset_;
  bool fitted_ = true;
  bool panning_ = false;
  bool space_ = false;
  std::optional<QPointF> cursor_;
  QPointF grabbed_;
};

}  // namespace portrait
