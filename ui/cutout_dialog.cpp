// SPDX-License-Identifier: Apache-2.0
#include "ui/cutout_dialog.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/question.h"
#include "ui/theme.h"
#include "ui/widgets/cutout_canvas.h"
#include "ui/widgets/segmented_control.h"
#include "ui/widgets/value_slider.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kControlsWidth = 272;
// As the engine has it: less than this of the crop is nothing to make a head of.
constexpr double kLeastShare = 0.01;

const Image& found_of(const PhotoInfo& photo) {
  return photo.found_matte.empty() ? photo.matte : photo.found_matte;
}

QLabel* make_name(const QString& text) {
  auto* label = new QLabel(text);
  label->setObjectName("dim");
  return label;
}

QLayout* named(const QString& text, QWidget* control) {
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(make_name(text), 1);
  row->addWidget(control);
  return row;
}

}  // namespace

CutoutDialog::CutoutDialog(const PhotoInfo& photo, QWidget* parent)
    : QDialog(parent), canvas_(new CutoutCanvas(photo.crop, photo.matte, found_of(photo))) {
  setWindowTitle(tr("Cut-out"));
  setSizeGripEnabled(true);
  resize(1040, 760);
  auto* columns = new QHBoxLayout;
  columns->setContentsMargins(0, 0, 0, 0);
  columns->setSpacing(0);
  columns->addWidget(canvas_, 1);
  columns->addWidget(make_controls());
  setLayout(columns);

  const auto key = [this](const QKeySequence& keys, auto act) {
    connect(new QShortcut(keys, this), &QShortcut::activated, this, act);
  };
  key(QKeySequence("Ctrl+Z"), [this] { canvas_->undo(); });
  key(QKeySequence("Ctrl+Shift+Z"), [this] { canvas_->redo(); });
  key(QKeySequence("Ctrl+Y"), [this] { canvas_->redo(); });
  connect(canvas_, &CutoutCanvas::edited, this, [this] {
    say_failure({});
    show_state();
  });
  connect(canvas_, &CutoutCanvas::brush_changed, this, &CutoutDialog::show_brush);
  connect(canvas_, &CutoutCanvas::zoomed, this,
          [this] { zoom_->setText(tr("%1 %").arg(int(std::lround(100 * canvas_->zoom())))); });
  show_brush();
  show_state();
  canvas_->setFocus();
}

QWidget* CutoutDialog::make_controls() {
  auto* side = new QWidget;
  side->setObjectName("rightPanel");
  side->setAttribute(Qt::WA_StyledBackground);
  side->setFixedWidth(kControlsWidth);
  auto* layout = new QVBoxLayout(side);
  layout->setContentsMargins(0, 0, 0, kPanelMargin);
  layout->setSpacing(0);

  PanelSection brush = make_section(tr("Brush"));
  adds_ = new SegmentedControl(
      {tr("Add"), tr("Take away")},
      {tr("Paints in what belongs to the head (X)"), tr("Paints out what does not (X)")});
  connect(adds_, &SegmentedControl::chosen, this, [this](int index) {
    MatteEdit::Brush changed = canvas_->brush();
    changed.adds = index == 0;
    canvas_->set_brush(changed);
  });
  size_ = new ValueSlider({CutoutCanvas::kLeastRadius, CutoutCanvas::kMostRadius, 1, true});
  size_->setToolTip(tr("Radius of the brush, in pixels of the crop ([ and ])"));
  softness_ = new ValueSlider({0, 100, 5, true});
  softness_->setToolTip(tr("How much of the radius the edge fades over, in percent"));
  connect(size_, &ValueSlider::edited, this, [this](const QString& text) {
    MatteEdit::Brush changed = canvas_->brush();
    changed.radius =
        std::clamp(text.toDouble(), CutoutCanvas::kLeastRadius, CutoutCanvas::kMostRadius);
    canvas_->set_brush(changed);
    show_brush();
  });
  connect(softness_, &ValueSlider::edited, this, [this](const QString& text) {
    MatteEdit::Brush changed = canvas_->brush();
    changed.softness = std::clamp(text.toDouble() / 100, 0.0, 1.0);
    canvas_->set_brush(changed);
    show_brush();
  });
  brush.body->addWidget(adds_, 0, Qt::AlignLeft);
  brush.body->addLayout(named(tr("Size"), size_));
  brush.body->addLayout(named(tr("Soft edge"), softness_));
  layout->addWidget(brush.widget);
  layout->addWidget(make_separator());

  PanelSection view = make_section(tr("View"));
  auto* show = new SegmentedControl({tr("Tint"), tr("Over grey"), tr("Matte")},
                                    {tr("Tints what is cut away"), tr("What the head is made from"),
                                     tr("White counts as the head, black does not")});
  connect(show, &SegmentedControl::chosen, this,
          [this](int index) { canvas_->set_show(CutoutCanvas::Show(index)); });
  zoom_ = new QLabel;
  zoom_->setObjectName("dim");
  auto* fit = new QPushButton(tr("Fit"));
  fit->setProperty("small", true);
  fit->setToolTip(tr("The whole crop (0)"));
  connect(fit, &QPushButton::clicked, canvas_, &CutoutCanvas::fit);
  auto* zooming = new QHBoxLayout;
  zooming->setSpacing(8);
  zooming->addWidget(make_name(tr("Zoom")));
  zooming->addStretch(1);
  zooming->addWidget(zoom_);
  zooming->addWidget(fit);
  view.body->addWidget(show, 0, Qt::AlignLeft);
  view.body->addLayout(zooming);
  layout->addWidget(view.widget);
  layout->addWidget(make_separator());

  PanelSection strokes = make_section(tr("Strokes"));
  undo_ = new QPushButton(tr("Undo"));
  undo_->setToolTip(tr("Ctrl+Z"));
  redo_ = new QPushButton(tr("Redo"));
  redo_->setToolTip(tr("Ctrl+Shift+Z"));
  reset_ = new QPushButton(tr("As it was found"));
  reset_->setToolTip(tr("Back to the cut-out that the network found; can be undone"));
  connect(undo_, &QPushButton::clicked, canvas_, &CutoutCanvas::undo);
  connect(redo_, &QPushButton::clicked, canvas_, &CutoutCanvas::redo);
  connect(reset_, &QPushButton::clicked, canvas_, &CutoutCanvas::reset);
  auto* pair = new QHBoxLayout;
  pair->setSpacing(8);
  pair->addWidget(undo_, 1);
  pair->addWidget(redo_, 1);
  strokes.body->addLayout(pair);
  strokes.body->addWidget(reset_);
  auto* keys = new QLabel(
      tr("Right button or Alt: the opposite. Wheel: zoom. Middle button or Space: move."));
  keys->setObjectName("note");
  keys->setWordWrap(true);
  strokes.body->addWidget(keys);
  layout->addWidget(strokes.widget);
  layout->addStretch(1);

  auto* ending = new QVBoxLayout;
  ending->setContentsMargins(kPanelMargin, 0, kPanelMargin, 0);
  ending->setSpacing(8);
  message_ = new QLabel;
  message_->setObjectName("failure");
  message_->setWordWrap(true);
  message_->hide();
  apply_ = new QPushButton(tr("Make the head anew"));
  apply_->setToolTip(tr("A new first head, of this cut-out"));
  set_accent(apply_, true);
  auto* cancel = new QPushButton(tr("Cancel"));
  connect(apply_, &QPushButton::clicked, this, &CutoutDialog::apply);
  connect(cancel, &QPushButton::clicked, this, &CutoutDialog::reject);
  ending->addWidget(message_);
  ending->addWidget(apply_);
  ending->addWidget(cancel);
  layout->addLayout(ending);
  // Keys are the canvas's: no button takes Enter or Space for itself.
  for (QPushButton* button : side->findChildren<QPushButton*>()) {
    button->setAutoDefault(false);
    button->setFocusPolicy(Qt::TabFocus);
  }
  return side;
}

void CutoutDialog::show_brush() {
  const MatteEdit::Brush& brush = canvas_->brush();
  adds_->set_current(brush.adds ? 0 : 1);
  size_->set_value(std::round(brush.radius));
  softness_->set_value(std::round(100 * brush.softness));
}

void CutoutDialog::show_state() {
  const MatteEdit& edit = canvas_->edit();
  undo_->setEnabled(!busy_ && edit.can_undo());
  redo_->setEnabled(!busy_ && edit.can_redo());
  reset_->setEnabled(!busy_ && !edit.is_found());
  apply_->setEnabled(!busy_ && edit.is_changed());
  apply_->setText(busy_ ? tr("Making the head…") : tr("Make the head anew"));
}

void CutoutDialog::say_failure(const QString& text) {
  message_->setText(text);
  message_->setVisible(!text.isEmpty());
}

void CutoutDialog::set_busy(bool busy) {
  busy_ = busy;
  canvas_->setEnabled(!busy);
  show_state();
}

void CutoutDialog::apply() {
  if (canvas_->edit().share() < kLeastShare) {
    say_failure(
        tr("The cut-out is empty: nothing is left to make a head of. Paint the head back "
           "in, or take the cut-out as it was found."));
    return;
  }
  say_failure({});
  Q_EMIT applied(std::make_shared<const Image>(
      canvas_->edit().is_found() ? Image() : canvas_->edit().matte()));
}

void CutoutDialog::reject() {
  if (busy_) return;
  if (!canvas_->edit().is_changed()) {
    QDialog::reject();
    return;
  }
  QMessageBox* question = make_question(tr("Discard what you painted?"),
                                        tr("The head stays as it is; the strokes are lost."), this);
  QPushButton* keep = question->addButton(tr("Go on painting"), QMessageBox::RejectRole);
  set_accent(keep, true);
  question->addButton(tr("Discard"), QMessageBox::DestructiveRole);
  question->setDefaultButton(keep);
  question->setEscapeButton(keep);
  connect(question, &QMessageBox::finished, this, [this, question, keep] {
    if (question->clickedButton() != nullptr && question->clickedButton() != keep) {
      QDialog::reject();
    }
  });
  question->open();
}

// Enter does not apply by accident.
void CutoutDialog::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) return;
  QDialog::keyPressEvent(event);
}

}  // namespace portrait
