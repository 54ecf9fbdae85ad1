// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/value_slider.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QSlider>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kPositions = 1000;
constexpr double kWide = 200;  // steps from end to end beyond which the scale bends
constexpr double kTooMany = 1e6;
constexpr int kSliderWidth = 72;
constexpr int kFieldWidth = 64;
constexpr int kCompactWidth = 50;
constexpr int kCompactSlider = 54;

// A wheel over a panel scrolls it; it must not change a setting on the way.
class StillSlider : public QSlider {
 public:
  using QSlider::QSlider;

 protected:
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace

ValueSlider::ValueSlider(const Range& range, QWidget* parent)
    : QWidget(parent),
      range_(range),
      logarithmic_(range.low >= 0 && (range.high - range.low) / range.step > kWide),
      slider_(new StillSlider(Qt::Horizontal)),
      field_(new QLineEdit) {
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  slider_->setRange(0, kPositions);
  slider_->setFixedWidth(kSliderWidth);
  field_->setFixedWidth(kFieldWidth);
  field_->setAlignment(Qt::AlignRight);
  layout->addWidget(slider_);
  layout->addWidget(field_);
  // Nobody finds a number among millions by sliding.
  slider_->setVisible((range.high - range.low) / range.step < kTooMany);
  setFocusProxy(field_);
  connect(slider_, &QSlider::valueChanged, this, [this](int position) {
    value_ = rounded(at_position(position));
    field_->setText(text_of(value_));
    Q_EMIT edited(field_->text());
  });
  connect(field_, &QLineEdit::editingFinished, this, [this] {
    if (field_->text() != text_of(value_)) Q_EMIT edited(field_->text());
  });
}

void ValueSlider::set_compact() {
  field_->setFixedWidth(kCompactWidth);
  slider_->setFixedWidth(kCompactSlider);
}

double ValueSlider::at_position(int position) const {
  const double part = double(position) / kPositions;
  if (!logarithmic_) return range_.low + part * (range_.high - range_.low);
  // log1p in steps: starts linear, so that 0 has a place.
  const double most = std::log1p((range_.high - range_.low) / range_.step);
  return range_.low + range_.step * std::expm1(part * most);
}

int ValueSlider::position_of(double value) const {
  const double above = std::clamp(value, range_.low, range_.high) - range_.low;
  const double span = range_.high - range_.low;
  if (span <= 0) return 0;
  const double part = logarithmic_
                          ? std::log1p(above / range_.step) / std::log1p(span / range_.step)
                          : above / span;
  return int(std::lround(part * kPositions));
}

double ValueSlider::rounded(double value) const {
  const double steps = std::round((value - range_.low) / range_.step);
  return std::clamp(range_.low + steps * range_.step, range_.low, range_.high);
}

QString ValueSlider::text_of(double value) const {
  if (range_.whole) return QString::number(std::llround(value));
  return QString::number(value, 'g', 6);
}

void ValueSlider::set_value(double value) {
  value_ = value;
  const bool blocked = slider_->blockSignals(true);
  slider_->setValue(position_of(value));
  slider_->blockSignals(blocked);
  field_->setText(text_of(value));
  field_->setCursorPosition(0);
}

}  // namespace portrait
