// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QLineEdit;
class QSlider;

namespace portrait {

// A number with a slider and a field to type it in. Wide ranges of positive numbers slide over
// their logarithm.
class ValueSlider : public QWidget {
  Q_OBJECT

 public:
  struct Range {
    double low = 0;
    double high = 1;
    double step = 0.1;
    bool whole = false;
  };

  explicit ValueSlider(const Range& range, QWidget* parent = nullptr);
  void set_value(double value);  // says nothing
  double value() const { return value_; }
  void set_compact();  // a narrower field, for numbers of few digits

 Q_SIGNALS:
  // By hand: at the end of typing, or while the slider moves. As text, so that nothing is lost.
  void edited(const QString& text);

 private:
  double at_position(int position) const;
  int position_of(double value) const;
  double rounded(double value) const;
  QString text_of(double value) const;

  Range range_;
  bool logarithmic_;
  double value_ = 0;
  QSlider* slider_;
  QLineEdit* field_;
};

}  // namespace portrait
