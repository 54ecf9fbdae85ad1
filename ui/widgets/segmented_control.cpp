// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/segmented_control.h"

#include "ui/theme.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>

namespace portrait {

SegmentedControl::SegmentedControl(const QStringList& labels, const QStringList& tips,
                                   QWidget* parent)
    : QFrame(parent), buttons_(new QButtonGroup(this)) {
  setObjectName("chip");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(3, 3, 3, 3);
  layout->setSpacing(2);
  for (int i = 0; i < labels.size(); ++i) {
    auto* button = new QPushButton(labels[i]);
    button->setProperty("segment", true);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tips.value(i));
    buttons_->addButton(button, i);
    layout->addWidget(button);
  }
  if (auto* first = buttons_->button(0)) first->setChecked(true);
  connect(buttons_, &QButtonGroup::idClicked, this, &SegmentedControl::chosen);
}

int SegmentedControl::current() const { return buttons_->checkedId(); }

void SegmentedControl::set_current(int index) {
  if (auto* button = buttons_->button(index)) button->setChecked(true);
}

}  // namespace portrait
