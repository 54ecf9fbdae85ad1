// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/view_state.h"

#include <QFrame>

#include <array>

class QLabel;
class QPushButton;
class QSlider;

namespace portrait {

// The ways to hold the photo against the head, and how strongly where that can be chosen. A way
// that is in force is left by pressing it again.
class PhotoControl : public QFrame {
  Q_OBJECT

 public:
  explicit PhotoControl(QWidget* parent = nullptr);
  void show_overlay(PhotoOverlay overlay);
  double onion() const;  // opacity of the photo, 0 to 1
  double gain() const;   // of the difference, 1 to 16

 Q_SIGNALS:
  void chosen(portrait::PhotoOverlay overlay);
  void onion_changed(double opacity);
  void gain_changed(double gain);
  void resized();

 private:
  void update_amount();

  std::array<QPushButton*, 3> buttons_;  // in the order of PhotoOverlay, without the first
  QWidget* amount_;
  QLabel* amount_name_;
  QLabel* amount_value_;
  QSlider* onion_;
  QSlider* gain_;
  PhotoOverlay overlay_ = PhotoOverlay::kNone;
};

}  // namespace portrait
