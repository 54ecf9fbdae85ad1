// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QWidget>

#include <algorithm>

namespace portrait {

// A picture with rounded corners, as wide as there is room. Clickable when asked to be.
class Thumbnail : public QWidget {
  Q_OBJECT

 public:
  explicit Thumbnail(QWidget* parent = nullptr);
  void set_image(const QImage& image);
  const QImage& image() const { return image_; }
  void set_clickable(bool clickable);
  void set_selected(bool selected);
  void set_number(int number, bool strong);  // in a corner; 0: none
  void set_faded(bool faded);                // it does not count
  void set_locked(bool locked);              // a padlock in the other corner
  bool locked() const { return locked_; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override { return std::min(width, most_height_); }
  // A lower thumbnail shows its picture whole, with empty sides.
  void set_most_height(int height) { most_height_ = height; }
  QSize sizeHint() const override { return {48, 48}; }

 Q_SIGNALS:
  void clicked();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  void paint_number(QPainter& painter) const;
  void paint_lock_chip(QPainter& painter) const;

  QImage image_;
  QPixmap scaled_;  // to the widget's size
  int most_height_ = 4096;
  bool clickable_ = false;
  bool selected_ = false;
  int number_ = 0;
  bool strong_ = false;
  bool faded_ = false;
  bool locked_ = false;
  bool hovered_ = false;
};

}  // namespace portrait
