// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/photo_panel.h"

#include "core/session/snapshot.h"
#include "ui/image_convert.h"
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
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <cmath>

namespace portrait {
namespace {

constexpr int kPictureHeight = 160;
constexpr double kSameLens = 0.05;  // degrees: what is shown has one decimal place

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

QString source_text(const PhotoInfo& photo) {
  switch (photo.field_of_view_source) {
    case FieldOfViewSource::kExif:
      return PhotoPanel::tr("As the file says (EXIF)");
    case FieldOfViewSource::kSolved:
      return PhotoPanel::tr("Found with the head's pose");
    case FieldOfViewSource::kAssumed:
      return PhotoPanel::tr("Assumed: a usual lens");
    case FieldOfViewSource::kTold:
      return PhotoPanel::tr("As you told it");
    case FieldOfViewSource::kUnknown:
      break;
  }
  return {};
}

QString degrees_text(double degrees) {
  return PhotoPanel::tr("%1°").arg(QString::number(degrees, 'f', 1));
}

// With a point or a comma; below 0: not a number.
double degrees_of(QString text) {
  text = text.remove(QChar(0xb0)).replace(',', '.').trimmed();
  bool good = false;
  const double degrees = text.toDouble(&good);
  return good ? degrees : -1;
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
  column->setSpacing(8);
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
  column->addWidget(make_lens());
  return picture_;
}

QWidget* PhotoPanel::make_lens() {
  auto* lens = new QWidget;
  lens->setToolTip(
      tr("How wide the lens saw, across the whole photo. A wrong one makes the head too flat or "
         "too deep. Typing another, or locking this one, solves the pose again and makes the first "
         "head anew."));
  auto* column = new QVBoxLayout(lens);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  field_of_view_ = new QLineEdit;
  field_of_view_->setFixedWidth(62);
  field_of_view_->setAlignment(Qt::AlignRight);
  field_of_view_->setAccessibleName(tr("Field of view in degrees"));
  connect(field_of_view_, &QLineEdit::editingFinished, this, &PhotoPanel::take_field_of_view);
  lock_ = new QCheckBox(tr("Lock"));
  lock_->setToolTip(
      tr("Keep this field of view. Unlocked, it is what the file says, or else what "
         "fits the face."));
  connect(lock_, &QCheckBox::clicked, this, [this](bool locked) {
    lock_->setChecked(!locked);  // it follows the head
    if (photo_ != nullptr) {
      Q_EMIT field_of_view_told(locked ? photo_->field_of_view_deg : 0);
    }
  });
  auto* label = new QLabel(tr("Field of view"));
  row->addWidget(label, 1);
  row->addWidget(field_of_view_);
  row->addWidget(lock_);
  source_ = new QLabel;
  source_->setObjectName("note");
  source_->setWordWrap(true);
  column->addLayout(row);
  column->addWidget(source_);
  return lens;
}

void PhotoPanel::show_snapshot(const Snapshot& snapshot) {
  replace_->setEnabled(can_open(snapshot));
  for (QWidget* control : {static_cast<QWidget*>(cutout_), static_cast<QWidget*>(field_of_view_),
                           static_cast<QWidget*>(lock_)}) {
    control->setEnabled(can_open(snapshot));
  }
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
  show_field_of_view();
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
      const QString text = note.pattern.empty() ? translated(note.text)
                                                : translated(note.pattern, note.arguments);
      findings_->addWidget(make_finding(text,
                                        note.warning ? theme().accent : theme().success, ratio));
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

void PhotoPanel::show_field_of_view() {
  if (photo_ == nullptr) return;
  field_of_view_->setText(degrees_text(photo_->field_of_view_deg));
  lock_->setChecked(photo_->field_of_view_source == FieldOfViewSource::kTold);
  source_->setObjectName("note");
  source_->setText(source_text(*photo_));
  source_->setVisible(!source_->text().isEmpty());
}

void PhotoPanel::take_field_of_view() {
  if (photo_ == nullptr) return;
  const double told = degrees_of(field_of_view_->text());
  const bool good = told >= kLeastFieldOfView && told <= kMostFieldOfView;
  const bool same = std::abs(told - photo_->field_of_view_deg) <= kSameLens;
  show_field_of_view();
  if (!good) {
    source_->setText(tr("A field of view is a number from %1 to %2 degrees")
                         .arg(kLeastFieldOfView)
                         .arg(kMostFieldOfView));
    source_->show();
  } else if (!same) {
    Q_EMIT field_of_view_told(told);
  }
}

}  // namespace portrait
