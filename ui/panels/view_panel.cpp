// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/view_panel.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/viewport/view_state.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portrait {
namespace {

struct NamedView {
  const char* label;
  const char* key;
  Viewpoint viewpoint;
};
constexpr NamedView kViews[] = {
    {QT_TRANSLATE_NOOP("ViewPanel", "Left"), "Ctrl+3", {-90, 0}},
    {QT_TRANSLATE_NOOP("ViewPanel", "Front"), "1", {0, 0}},
    {QT_TRANSLATE_NOOP("ViewPanel", "Right"), "3", {90, 0}},
    {QT_TRANSLATE_NOOP("ViewPanel", "Back"), "Ctrl+1", {180, 0}},
    {QT_TRANSLATE_NOOP("ViewPanel", "Top"), "7", {0, ViewState::kSteepest}},
};

QLabel* add_figure(QGridLayout* grid, const QString& label, const QString& tip) {
  const int row = grid->rowCount();
  auto* name = new QLabel(label);
  name->setObjectName("dim");
  name->setToolTip(tip);
  auto* value = new QLabel(QStringLiteral("–"));
  value->setToolTip(tip);
  value->setAccessibleName(label);
  grid->addWidget(name, row, 0);
  grid->addWidget(value, row, 1, Qt::AlignRight);
  return value;
}

QString decibel(double value) {
  return value > 0 ? QString("%1 dB").arg(value, 0, 'f', 1) : QStringLiteral("–");
}

}  // namespace

ViewPanel::ViewPanel(QWidget* parent) : QWidget(parent) {
  PanelSection section = make_section(tr("View"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  where_ = section.note;

  buttons_ = new QWidget;
  auto* row = new QHBoxLayout(buttons_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  for (const NamedView& view : kViews) {
    auto* button = new QPushButton(tr(view.label));
    button->setProperty("small", true);
    button->setToolTip(tr("Look from here (%1)").arg(view.key));
    row->addWidget(button, 1);
    connect(button, &QPushButton::clicked, this,
            [this, viewpoint = view.viewpoint] { Q_EMIT view_chosen(viewpoint); });
  }
  section.body->addWidget(buttons_);

  auto* grid = new QGridLayout;
  grid->setVerticalSpacing(6);
  grid->setColumnStretch(0, 1);
  likeness_ = add_figure(grid, tr("Likeness to the photo"),
                         tr("Peak signal-to-noise ratio of the front render against the photo's "
                            "crop, inside the matte. Higher is closer."));
  blurred_ = add_figure(grid, tr("… of a blurred photo"),
                        tr("The same for the photo itself blurred by 2 pixels: below this, the "
                           "head is softer than that."));
  outline_ = add_figure(grid, tr("Outline agreement"),
                        tr("Overlap of the head's outline with the matte (intersection over "
                           "union). 1 is the same outline."));
  section.body->addSpacing(4);
  section.body->addLayout(grid);
}

void ViewPanel::show_snapshot(const Snapshot& snapshot) {
  buttons_->setEnabled(snapshot.has_head());
  set_text(likeness_, decibel(snapshot.front.psnr_db));
  set_text(blurred_, decibel(snapshot.front.blurred_psnr_db));
  set_text(outline_, snapshot.front.mask_iou > 0 ? QString::number(snapshot.front.mask_iou, 'f', 3)
                                                 : QStringLiteral("–"));
}

void ViewPanel::set_camera_text(const QString& text) {
  set_text(where_, text);
}

}  // namespace portrait
