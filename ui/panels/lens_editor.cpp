// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/lens_editor.h"

#include "core/session/snapshot.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <cmath>

namespace portrait {
namespace {

constexpr double kSameLens = 0.05;  // degrees: what is shown has one decimal place

QString source_text(const PhotoInfo& photo) {
  switch (photo.field_of_view_source) {
    case FieldOfViewSource::kExif:
      return LensEditor::tr("As the file says (EXIF)");
    case FieldOfViewSource::kSolved:
      return LensEditor::tr("Found with the head's pose");
    case FieldOfViewSource::kAssumed:
      return LensEditor::tr("Assumed: a usual lens");
    case FieldOfViewSource::kTold:
      return LensEditor::tr("As you told it");
    case FieldOfViewSource::kUnknown:
      break;
  }
  return {};
}

QString degrees_text(double degrees) {
  return LensEditor::tr("%1°").arg(QString::number(degrees, 'f', 1));
}

// With a point or a comma; below 0: not a number.
double degrees_of(QString text) {
  text = text.remove(QChar(0xb0)).replace(',', '.').trimmed();
  bool good = false;
  const double degrees = text.toDouble(&good);
  return good ? degrees : -1;
}

}  // namespace

LensEditor::LensEditor(QWidget* parent) : QWidget(parent) {
  setToolTip(
      tr("How wide the lens saw, across the whole photo. A wrong one makes the head too flat or "
         "too deep. Typing another, or locking this one, solves the pose again and makes the first "
         "head anew."));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  field_ = new QLineEdit;
  field_->setFixedWidth(62);
  field_->setAlignment(Qt::AlignRight);
  field_->setAccessibleName(tr("Field of view in degrees"));
  connect(field_, &QLineEdit::editingFinished, this, &LensEditor::take_field_of_view);
  lock_ = new QCheckBox(tr("Lock"));
  lock_->setToolTip(
      tr("Keep this field of view. Unlocked, it is what the file says, or else what "
         "fits the face."));
  connect(lock_, &QCheckBox::clicked, this, [this](bool locked) {
    lock_->setChecked(!locked);  // it follows the head
    if (photo_ != nullptr) {
      Q_EMIT told(locked ? photo_->field_of_view_deg : 0);
    }
  });
  auto* label = new QLabel(tr("Field of view"));
  row->addWidget(label, 1);
  row->addWidget(field_);
  row->addWidget(lock_);
  source_ = new QLabel;
  source_->setObjectName("note");
  source_->setWordWrap(true);
  column->addLayout(row);
  column->addWidget(source_);
}

void LensEditor::show_photo(const std::shared_ptr<const PhotoInfo>& photo) {
  photo_ = photo;
  show_field_of_view();
}

void LensEditor::show_field_of_view() {
  if (photo_ == nullptr) return;
  field_->setText(degrees_text(photo_->field_of_view_deg));
  lock_->setChecked(photo_->field_of_view_source == FieldOfViewSource::kTold);
  source_->setText(source_text(*photo_));
  source_->setVisible(!source_->text().isEmpty());
}

void LensEditor::take_field_of_view() {
  if (photo_ == nullptr) return;
  const double degrees = degrees_of(field_->text());
  const bool good = degrees >= kLeastFieldOfView && degrees <= kMostFieldOfView;
  const bool same = std::abs(degrees - photo_->field_of_view_deg) <= kSameLens;
  show_field_of_view();
  if (!good) {
    source_->setText(tr("A field of view is a number from %1 to %2 degrees")
                         .arg(kLeastFieldOfView)
                         .arg(kMostFieldOfView));
    source_->show();
  } else if (!same) {
    Q_EMIT told(degrees);
  }
}

}  // namespace portrait
