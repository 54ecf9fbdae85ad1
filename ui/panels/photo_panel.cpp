// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/photo_panel.h"

#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/panels/lens_editor.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/translated.h"
#include "ui/widgets/photo_map.h"
#include "ui/widgets/segmented_control.h"
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

constexpr int kPictureHeight = 140;

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

// "Seen from 3° left; cut out by hand"
QString camera_text(const PhotoInfo& photo) {
  const int azimuth = int(std::lround(photo.viewpoint.azimuth_deg));
  QString text = PhotoPanel::tr("Seen from the front");
  if (azimuth > 0) text = PhotoPanel::tr("Seen from %1° right").arg(azimuth);
  if (azimuth < 0) text = PhotoPanel::tr("Seen from %1° left").arg(-azimuth);
  return photo.found_matte.empty() ? text : PhotoPanel::tr("%1, cut out by hand").arg(text);
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

  hint_ = new QLabel(tr("No photo yet"));
  hint_->setObjectName("dim");
  hint_->setAlignment(Qt::AlignCenter);
  hint_->setMinimumHeight(64);
  section.body->addWidget(hint_);
  section.body->addWidget(make_picture());
  findings_ = new QVBoxLayout;
  findings_->setSpacing(4);
  section.body->addLayout(findings_);
  show_photo();
}

// What there is only with a photo: the picture, what is shown of it, its lens.
QWidget* PhotoPanel::make_picture() {
  picture_ = new QWidget;
  auto* column = new QVBoxLayout(picture_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  shown_ = new SegmentedControl(
      {tr("Photo"), tr("Crop"), tr("Cut-out")},
      {tr("The whole photo, with the frame of the crop and the faces"),
       tr("What the method sees of it"), tr("Dims what is not taken as the head")});
  shown_->set_current(kCrop);
  connect(shown_, &SegmentedControl::chosen, this, &PhotoPanel::show_photo);
  map_ = new PhotoMap;
  map_->set_most_height(kPictureHeight);
  connect(map_, &PhotoMap::face_chosen, this, &PhotoPanel::face_chosen);
  thumbnail_ = new Thumbnail;
  thumbnail_->set_most_height(kPictureHeight);
  thumbnail_->setAccessibleName(tr("The photo's crop"));
  name_ = new ElidedLabel(Qt::ElideMiddle);
  cutout_ = new QPushButton(tr("Edit cut-out…"));
  cutout_->setProperty("small", true);
  cutout_->setToolTip(tr("Paint what counts as the head and what does not"));
  connect(cutout_, &QPushButton::clicked, this, &PhotoPanel::cutout_requested);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(name_, 1);
  row->addWidget(cutout_);
  column->addWidget(shown_, 0, Qt::AlignLeft);
  column->addWidget(map_);
  column->addWidget(thumbnail_);
  column->addLayout(row);
  lens_ = new LensEditor;
  connect(lens_, &LensEditor::told, this, &PhotoPanel::field_of_view_told);
  column->addWidget(lens_);
  return picture_;
}

void PhotoPanel::show_snapshot(const Snapshot& snapshot) {
  replace_->setEnabled(can_open(snapshot));
  cutout_->setEnabled(can_open(snapshot));
  lens_->setEnabled(can_open(snapshot));
  map_->set_choosable(can_open(snapshot));
  if (snapshot.photo == photo_) return;
  const bool another_file =
      photo_ == nullptr || snapshot.photo == nullptr || photo_->path != snapshot.photo->path;
  const bool repainted = !another_file && !snapshot.photo->found_matte.empty() &&
                         snapshot.photo->matte.pixels != photo_->matte.pixels;
  photo_ = snapshot.photo;
  if (repainted) shown_->set_current(kCutout);
  // Several faces are a choice: they are in view at once.
  if (another_file && photo_ != nullptr) {
    shown_->set_current(photo_->faces.size() > 1 ? kPhoto : kCrop);
  }
  show_findings();
  show_photo();
  lens_->show_photo(photo_);
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
      const QString text =
          note.pattern.empty() ? translated(note.text) : translated(note.pattern, note.arguments);
      findings_->addWidget(
          make_finding(text, note.warning ? theme().accent : theme().success, ratio));
    }
  }
}

void PhotoPanel::show_photo() {
  const bool any = photo_ != nullptr;
  hint_->setVisible(!any);
  picture_->setVisible(any);
  replace_->setText(any ? tr("replace…") : tr("open…"));
  if (!any) return;
  static_cast<ElidedLabel*>(name_)->set_text(
      QString::fromStdString(photo_->path.filename().string()));
  name_->setToolTip(tr("%1\n%2 × %3 pixels")
                        .arg(QString::fromStdString(photo_->path.string()))
                        .arg(photo_->photo_width)
                        .arg(photo_->photo_height));
  // A project of the first versions does not hold the whole photo.
  const bool whole = shown_->current() == kPhoto && !photo_->overview.empty();
  map_->setVisible(whole);
  thumbnail_->setVisible(!whole);
  if (whole) {
    map_->set_photo(photo_);
  } else {
    thumbnail_->set_image(shown_->current() == kCutout ? with_matte(photo_->crop, photo_->matte)
                                                       : to_qimage(photo_->crop));
  }
}

}  // namespace portrait
