// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/photo_panel.h"

#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/widgets/thumbnail.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>

namespace portrait {
namespace {

QPixmap dot_pixmap(const QColor& colour, qreal ratio) {
  QPixmap pixmap(QSize(8, 8) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawEllipse(QRectF(0.5, 0.5, 7, 7));
  return pixmap;
}

QWidget* make_finding(const QString& text, const QColor& colour, qreal ratio) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  auto* dot = new QLabel;
  dot->setPixmap(dot_pixmap(colour, ratio));
  dot->setContentsMargins(0, 5, 0, 0);
  auto* label = new QLabel(text);
  label->setObjectName("note");
  label->setWordWrap(true);
  layout->addWidget(dot, 0, Qt::AlignTop);
  layout->addWidget(label, 1);
  return row;
}

// "3° to the left, 35° field of view"
QString camera_text(const PhotoInfo& photo) {
  const int azimuth = int(std::lround(photo.viewpoint.azimuth_deg));
  QString turned = PhotoPanel::tr("seen from the front");
  if (azimuth > 0) turned = PhotoPanel::tr("seen from %1° right").arg(azimuth);
  if (azimuth < 0) turned = PhotoPanel::tr("seen from %1° left").arg(-azimuth);
  return PhotoPanel::tr("One head, %1, %2° lens").arg(turned).arg(
      int(std::lround(photo.field_of_view_deg)));
}

}  // namespace

PhotoPanel::PhotoPanel(QWidget* parent) : QWidget(parent) {
  PanelSection section = make_section(tr("Photo"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);

  replace_ = new QPushButton(tr("open…"));
  replace_->setProperty("link", true);
  replace_->setCursor(Qt::PointingHandCursor);
  replace_->setToolTip(tr("Take another photo"));
  // In the heading's row, where the note stands.
  qobject_cast<QHBoxLayout*>(section.body->itemAt(0)->layout())->addWidget(replace_);
  connect(replace_, &QPushButton::clicked, this, &PhotoPanel::replace_requested);

  thumbnail_ = new Thumbnail;
  thumbnail_->set_most_height(176);
  thumbnail_->setAccessibleName(tr("The photo's crop"));
  hint_ = new QLabel(tr("No photo yet"));
  hint_->setObjectName("dim");
  hint_->setAlignment(Qt::AlignCenter);
  hint_->setMinimumHeight(64);
  name_ = new ElidedLabel(Qt::ElideMiddle);
  matte_ = new QCheckBox(tr("Show matte"));
  matte_->setToolTip(tr("Dims what is not taken as the head"));
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(name_, 1);
  row->addWidget(matte_);
  section.body->addWidget(hint_);
  section.body->addWidget(thumbnail_);
  section.body->addLayout(row);
  findings_ = new QVBoxLayout;
  findings_->setSpacing(4);
  section.body->addLayout(findings_);
  connect(matte_, &QCheckBox::toggled, this, &PhotoPanel::show_photo);
  show_photo();
}

void PhotoPanel::show_snapshot(const Snapshot& snapshot) {
  replace_->setEnabled(can_open(snapshot));
  if (snapshot.photo == photo_) return;
  photo_ = snapshot.photo;
  show_findings();
  show_photo();
}

// Dots and matte are pictures in the theme's colours. They are made anew when the change is over:
// while it goes from widget to widget, none may be taken away.
void PhotoPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    QMetaObject::invokeMethod(
        this, [this] { show_findings(), show_photo(); }, Qt::QueuedConnection);
  }
  QWidget::changeEvent(event);
}

void PhotoPanel::show_findings() {
  while (QLayoutItem* item = findings_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  if (photo_ != nullptr) {
    const qreal ratio = devicePixelRatioF();
    findings_->addWidget(make_finding(camera_text(*photo_), theme().success, ratio));
    for (const PhotoNote& note : photo_->notes) {
      findings_->addWidget(make_finding(QString::fromStdString(note.text),
                                        note.warning ? theme().accent : theme().success, ratio));
    }
  }
}

void PhotoPanel::show_photo() {
  const bool any = photo_ != nullptr;
  hint_->setVisible(!any);
  thumbnail_->setVisible(any);
  matte_->setVisible(any);
  name_->setVisible(any);
  replace_->setText(any ? tr("replace…") : tr("open…"));
  if (!any) return;
  static_cast<ElidedLabel*>(name_)->set_text(
      QString::fromStdString(photo_->path.filename().string()));
  name_->setToolTip(tr("%1\n%2 × %3 pixels")
                        .arg(QString::fromStdString(photo_->path.string()))
                        .arg(photo_->photo_width)
                        .arg(photo_->photo_height));
  thumbnail_->set_image(matte_->isChecked() ? with_matte(photo_->crop, photo_->matte)
                                            : to_qimage(photo_->crop));
}

}  // namespace portrait
