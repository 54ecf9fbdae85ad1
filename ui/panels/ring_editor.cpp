// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/ring_editor.h"

#include "core/base/angle_list.h"
#include "core/session/snapshot.h"
#include "ui/panels/lock_bar.h"
#include "ui/panels/panel_parts.h"
#include "ui/widgets/value_slider.h"
#include "ui/widgets/viewpoint_sphere.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace portrait {

RingEditor::RingEditor(QWidget* parent)
    : QWidget(parent),
      sphere_(new ViewpointSphere),
      current_(new ElidedLabel),
      weight_(new ValueSlider({0, kMostListedWeight, 0.05, false})),
      earlier_(small_button(tr("Earlier"), tr("Paint it before the one before it"))),
      later_(small_button(tr("Later"), tr("Paint it after the one after it"))),
      remove_(small_button(tr("Remove"), tr("Take the viewpoint out of the ring"))),
      lock_bar_(new LockBar) {
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(0, 0, 0, 4);
  rows->setSpacing(8);
  rows->addWidget(sphere_);
  rows->addWidget(current_);

  auto* weight_row = new QHBoxLayout;
  auto* name = new QLabel(tr("Weight"));
  name->setObjectName("dim");
  weight_->setAccessibleName(tr("Weight of the viewpoint"));
  weight_->setToolTip(
      tr("How much the view counts when the head is brought to what was painted. 0 "
         "mutes it: it is not painted, and others are told what the head shows "
         "there."));
  weight_row->addWidget(name, 1);
  weight_row->addWidget(weight_);
  rows->addLayout(weight_row);

  QPushButton* add =
      small_button(tr("Add this view"), tr("Add a viewpoint where the viewport looks from"));
  QPushButton* reset = small_button(tr("Reset"), tr("Back to the standard ring"));
  for (const auto& buttons : {QList<QPushButton*>{earlier_, later_, remove_}, {add, reset}}) {
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    for (QPushButton* button : buttons) row->addWidget(button, 1);
    rows->addLayout(row);
  }
  rows->addWidget(lock_bar_);
  auto* note =
      new QLabel(tr("Acts from the next iteration. A moved view is painted anew, with "
                    "those that it tells."));
  note->setObjectName("note");
  note->setWordWrap(true);
  rows->addWidget(note);

  connect(sphere_, &ViewpointSphere::current_changed, this, &RingEditor::show_current);
  connect(sphere_, &ViewpointSphere::export_requested, lock_bar_, &LockBar::export_requested);
  connect(sphere_, &ViewpointSphere::bring_back_requested, lock_bar_,
          &LockBar::bring_back_requested);
  connect(sphere_, &ViewpointSphere::unlock_requested, lock_bar_, &LockBar::unlock_requested);
  connect(weight_, &ValueSlider::edited, this, [this](const QString& text) {
    bool number = false;
    const double weight = text.toDouble(&number);
    if (number) sphere_->weigh(weight);
    show_current();
  });
  connect(earlier_, &QPushButton::clicked, this, [this] { sphere_->shift(-1); });
  connect(later_, &QPushButton::clicked, this, [this] { sphere_->shift(1); });
  connect(remove_, &QPushButton::clicked, this, [this] { sphere_->remove(); });
  connect(add, &QPushButton::clicked, this, [this] { sphere_->add(camera_); });
  connect(reset, &QPushButton::clicked, this, [this] { sphere_->reset(); });
  show_current();
}

void RingEditor::set_camera(const Viewpoint& viewpoint) {
  camera_ = viewpoint;
  sphere_->set_camera(viewpoint);
}

void RingEditor::show_locks(const std::vector<LockedView>& locks) {
  locks_.clear();
  std::vector<Viewpoint> viewpoints;
  for (const LockedView& lock : locks) {
    locks_.emplace_back(lock.viewpoint, QString::fromStdString(lock.name));
    viewpoints.push_back(lock.viewpoint);
  }
  sphere_->set_locked(viewpoints);
  show_current();
}

void RingEditor::show_current() {
  const RigView* view = sphere_->current_view();
  const int place = sphere_->current();
  current_->set_text(view == nullptr ? tr("No bead is chosen")
                                     : tr("%1 · %2").arg(place + 1).arg(describe(*view)));
  weight_->setEnabled(view != nullptr);
  weight_->set_value(view == nullptr ? 1 : view->weight);
  earlier_->setEnabled(place > 0);
  later_->setEnabled(view != nullptr && place + 1 < int(sphere_->ring().size()));
  remove_->setEnabled(view != nullptr && sphere_->ring().size() > 1);
  QString locked;
  for (const auto& [viewpoint, name] : locks_) {
    if (view != nullptr && viewpoint == view->viewpoint) locked = name;
  }
  lock_bar_->show_view(view == nullptr ? std::nullopt : std::optional(view->viewpoint), locked);
}

}  // namespace portrait
