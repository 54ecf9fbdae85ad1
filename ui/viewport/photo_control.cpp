// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/photo_control.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QVBoxLayout>

#include <cmath>

namespace portrait {
namespace {

constexpr int kGainSteps = 2;  // of the slider for each doubling

QSlider* add_slider(QHBoxLayout* row, const QString& name, int most, int value) {
  auto* slider = new QSlider(Qt::Horizontal);
  slider->setRange(0, most);
  slider->setValue(value);
  slider->setAccessibleName(name);
  slider->setToolTip(name);
  row->addWidget(slider, 1);
  return slider;
}

}  // namespace

PhotoControl::PhotoControl(QWidget* parent) : QFrame(parent) {
  setObjectName("chip");
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(3, 3, 3, 3);
  rows->setSpacing(2);
  auto* ways = new QHBoxLayout;
  ways->setSpacing(2);
  rows->addLayout(ways);
  const QString labels[] = {tr("Photo wipe"), tr("Onion"), tr("Difference")};
  const QString tips[] = {
      tr("The photo left of a divider, through the photo's own camera (G)"),
      tr("The photo over the head like tracing paper, through its own camera (Shift+G)"),
      tr("Where the head differs from the photo, channel by channel: black is equal (D)")};
  for (int i = 0; i < 3; ++i) {
    auto* button = new QPushButton(labels[i]);
    button->setProperty("segment", true);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tips[i]);
    buttons_[std::size_t(i)] = button;
    ways->addWidget(button);
    connect(button, &QPushButton::clicked, this,
            [this, i](bool on) { Q_EMIT chosen(on ? PhotoOverlay(i + 1) : PhotoOverlay::kNone); });
  }

  amount_ = new QWidget;
  auto* row = new QHBoxLayout(amount_);
  row->setContentsMargins(10, 0, 8, 2);
  row->setSpacing(8);
  amount_name_ = new QLabel;
  amount_name_->setObjectName("note");
  row->addWidget(amount_name_);
  onion_ = add_slider(row, tr("Opacity of the photo"), 100, 50);
  gain_ = add_slider(row, tr("How strongly differences are shown"), 4 * kGainSteps, 2 * kGainSteps);
  amount_value_ = new QLabel;
  amount_value_->setObjectName("note");
  amount_value_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  amount_value_->setMinimumWidth(amount_value_->fontMetrics().horizontalAdvance("100 %"));
  row->addWidget(amount_value_);
  rows->addWidget(amount_);
  connect(onion_, &QSlider::valueChanged, this, [this] {
    update_amount();
    Q_EMIT onion_changed(onion());
  });
  connect(gain_, &QSlider::valueChanged, this, [this] {
    update_amount();
    Q_EMIT gain_changed(gain());
  });
  update_amount();
}

double PhotoControl::onion() const {
  return onion_->value() / 100.0;
}

double PhotoControl::gain() const {
  return std::exp2(double(gain_->value()) / kGainSteps);
}

void PhotoControl::show_overlay(PhotoOverlay overlay) {
  for (std::size_t i = 0; i < buttons_.size(); ++i) {
    buttons_[i]->setChecked(overlay == PhotoOverlay(i + 1));
  }
  if (overlay == overlay_) return;
  overlay_ = overlay;
  update_amount();
  Q_EMIT resized();
}

void PhotoControl::update_amount() {
  const bool onion_on = overlay_ == PhotoOverlay::kOnion;
  const bool gain_on = overlay_ == PhotoOverlay::kDifference;
  amount_->setVisible(onion_on || gain_on);
  onion_->setVisible(onion_on);
  gain_->setVisible(gain_on);
  amount_name_->setText(onion_on ? tr("Photo") : tr("Strength"));
  amount_value_->setText(onion_on ? tr("%1 %").arg(onion_->value())
                                  : tr("× %1").arg(gain(), 0, 'f', gain() < 10 ? 1 : 0));
}

}  // namespace portrait
