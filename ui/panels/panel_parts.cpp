// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/panel_parts.h"

#include "ui/theme.h"

#include <QCoreApplication>
#include <QFrame>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include <cmath>

namespace portrait {

PanelSection make_section(const QString& title) {
  PanelSection section;
  section.widget = new QWidget;
  section.body = new QVBoxLayout(section.widget);
  section.body->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kPanelMargin + 4);
  section.body->setSpacing(8);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  auto* heading = new QLabel(title.toUpper());
  heading->setObjectName("heading");
  QFont font = ui_font(11, QFont::DemiBold);
  font.setLetterSpacing(QFont::AbsoluteSpacing, 0.7);
  heading->setFont(font);
  section.note = new QLabel;
  section.note->setObjectName("note");
  row->addWidget(heading);
  row->addStretch(1);
  row->addWidget(section.note);
  section.body->addLayout(row);
  return section;
}

QFrame* make_separator() {
  auto* line = new QFrame;
  line->setObjectName("separator");
  line->setFixedHeight(1);
  return line;
}

ElidedLabel::ElidedLabel(Qt::TextElideMode mode, QWidget* parent) : QLabel(parent), mode_(mode) {
  setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void ElidedLabel::set_text(const QString& text) {
  if (text == text_) return;
  text_ = text;
  setToolTip(text);
  setAccessibleName(text);
  updateGeometry();
  update();
}

QSize ElidedLabel::sizeHint() const {
  return {fontMetrics().horizontalAdvance(text_) + 2, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled,
                                 QPalette::WindowText));
  painter.drawText(rect(), int(alignment() | Qt::AlignVCenter),
                   fontMetrics().elidedText(text_, mode_, width()));
}

QPushButton* small_button(const QString& text, const QString& tip) {
  auto* button = new QPushButton(text);
  button->setProperty("small", true);
  button->setToolTip(tip);
  return button;
}

void set_accent(QPushButton* button, bool accent) {
  if (button->property("accent").toBool() == accent) return;
  button->setProperty("accent", accent);
  button->style()->unpolish(button);
  button->style()->polish(button);
}

void set_text(QLabel* label, const QString& text) {
  if (label->text() != text) label->setText(text);
}

QString clock_text(double seconds) {
  if (seconds < 0) return {};
  if (seconds < 9.95) return QCoreApplication::translate("Clock", "%1 s").arg(seconds, 0, 'f', 1);
  const int whole = int(std::lround(seconds));
  if (whole < 60) return QCoreApplication::translate("Clock", "%1 s").arg(whole);
  const QChar zero('0');
  if (whole < 3600) return QString("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, zero);
  return QString("%1:%2:%3")
      .arg(whole / 3600)
      .arg(whole / 60 % 60, 2, 10, zero)
      .arg(whole % 60, 2, 10, zero);
}

QString bytes_text(double bytes) {
  if (bytes < 1e6) return QString("%1 KB").arg(std::max(1.0, bytes / 1e3), 0, 'f', 0);
  if (bytes < 1e9) return QString("%1 MB").arg(bytes / 1e6, 0, 'f', 1);
  return QString("%1 GB").arg(bytes / 1e9, 0, 'f', 1);
}

}  // namespace portrait
