// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/lock_bar.h"

#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/widgets/lock_mark.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace portrait {
namespace {

constexpr int kIconPx = 14;

}  // namespace

LockBar::LockBar(QWidget* parent)
    : QWidget(parent),
      export_(small_button(tr("Export picture…"),
                           tr("Save this viewpoint's picture as a PNG, to paint on it in any "
                              "program. Save it there, and it comes back by itself"))),
      bring_back_(small_button(tr("Bring back…"),
                               tr("Make a picture that was painted the target of this viewpoint: "
                                  "the head is brought to all of its colours and outlines. Plain "
                                  "grey is empty; where it is transparent nothing is asked"))),
      unlock_(small_button(tr("Unlock"), tr("Let the diffusion model paint this view again"))),
      locked_row_(new QWidget),
      icon_(new QLabel),
      locked_(new ElidedLabel(Qt::ElideMiddle)) {
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(6);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(6);
  buttons->addWidget(export_, 1);
  buttons->addWidget(bring_back_, 1);
  rows->addLayout(buttons);
  auto* row = new QHBoxLayout(locked_row_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(6);
  icon_->setFixedSize(kIconPx, kIconPx);
  row->addWidget(icon_);
  row->addWidget(locked_, 1);
  row->addWidget(unlock_);
  rows->addWidget(locked_row_);
  show_icon();
  connect(export_, &QPushButton::clicked, this, [this] {
    if (viewpoint_) Q_EMIT export_requested(*viewpoint_);
  });
  connect(bring_back_, &QPushButton::clicked, this, [this] {
    if (viewpoint_) Q_EMIT bring_back_requested(*viewpoint_);
  });
  connect(unlock_, &QPushButton::clicked, this, [this] {
    if (viewpoint_) Q_EMIT unlock_requested(*viewpoint_);
  });
  show_view({}, {});
}

void LockBar::show_view(const std::optional<Viewpoint>& viewpoint, const QString& locked) {
  viewpoint_ = viewpoint;
  export_->setEnabled(viewpoint.has_value());
  bring_back_->setEnabled(viewpoint.has_value());
  unlock_->setEnabled(viewpoint.has_value());
  locked_row_->setVisible(!locked.isEmpty());
  locked_->set_text(tr("Locked to %1").arg(locked));
}

void LockBar::show_icon() {
  QPixmap picture(QSize(kIconPx, kIconPx) * devicePixelRatioF());
  picture.setDevicePixelRatio(devicePixelRatioF());
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  paint_lock(painter, {kIconPx / 2.0, kIconPx / 2.0}, 12, theme().information);
  painter.end();
  icon_->setPixmap(picture);
}

void LockBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) show_icon();
  QWidget::changeEvent(event);
}

}  // namespace portrait
