// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/banner.h"

#include "ui/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>

namespace portrait {
namespace {
constexpr int kInfoStaysMs = 6000;
}

Banner::Banner(QWidget* parent) : QFrame(parent), icon_(new QLabel), text_(new QLabel) {
  setObjectName("banner");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 8, 8, 8);
  layout->setSpacing(8);
  icon_->setFixedSize(16, 16);
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* close = new QPushButton;
  close->setProperty("link", true);
  close->setIcon(themed_icon("close", &Theme::dim));
  close->setIconSize({14, 14});
  close->setFixedSize(20, 20);
  close->setAccessibleName(tr("Put the message away"));
  layout->addWidget(icon_, 0, Qt::AlignTop);
  layout->addWidget(text_, 1);
  layout->addWidget(close, 0, Qt::AlignTop);
  connect(close, &QPushButton::clicked, this, &Banner::dismiss);
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &Banner::dismiss);
  hide();
}

void Banner::show_icon() {
  const Theme& t = theme();
  const QColor colour = kind_ == Kind::kInfo      ? t.information
                        : kind_ == Kind::kWarning ? t.accent
                                                  : t.failure;
  const QString icon = kind_ == Kind::kInfo ? "info" : "warning";
  icon_->setPixmap(themed_pixmap(icon, colour, 16, devicePixelRatioF()));
}

void Banner::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) show_icon();
  QFrame::changeEvent(event);
}

void Banner::say(Kind kind, const QString& text) {
  kind_ = kind;
  show_icon();
  text_->setText(text);
  setProperty("kind", kind == Kind::kFailure ? "failure" : "");
  style()->unpolish(this);
  style()->polish(this);
  show();
  raise();
  Q_EMIT resized();
  if (kind == Kind::kInfo) {
    timer_.start(kInfoStaysMs);
  } else {
    timer_.stop();
  }
}

void Banner::dismiss() { hide(); }

QString Banner::text() const { return isHidden() ? QString() : text_->text(); }

}  // namespace portrait
