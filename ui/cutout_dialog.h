// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <QDialog>

#include <memory>

class QLabel;
class QPushButton;

namespace portrait {

class CutoutCanvas;
class SegmentedControl;
class ValueSlider;
struct PhotoInfo;

// Paints what counts as the head and what does not. Nothing of it acts before apply; strokes are
// not thrown away by a key.
class CutoutDialog : public QDialog {
  Q_OBJECT

 public:
  // photo: with crop and matte.
  explicit CutoutDialog(const PhotoInfo& photo, QWidget* parent = nullptr);

  CutoutCanvas& canvas() { return *canvas_; }
  QPushButton* apply_button() { return apply_; }
  QLabel* message() { return message_; }
  void say_failure(const QString& text);  // empty: none
  // While the head is being made nothing can be painted.
  void set_busy(bool busy);
  // Esc, Cancel and the window's cross: asks where strokes would be lost.
  void reject() override;

 Q_SIGNALS:
  // As PhotoEdit::matte has it: an empty image is the matte that was found.
  void applied(const std::shared_ptr<const Image>& matte);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QWidget* make_controls();
  void show_brush();
  void show_state();
  void apply();

  CutoutCanvas* canvas_;
  SegmentedControl* adds_;
  ValueSlider* size_;
  ValueSlider* softness_;
  QPushButton* undo_;
  QPushButton* redo_;
  QPushButton* reset_;
  QPushButton* apply_;
  QLabel* zoom_;
  QLabel* message_;
  bool busy_ = false;
};

}  // namespace portrait
