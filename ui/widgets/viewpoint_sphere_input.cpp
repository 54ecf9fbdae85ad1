// SPDX-License-Identifier: Apache-2.0
// What mouse and keyboard do to the sphere of viewpoints.
#include "ui/widgets/viewpoint_sphere.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>

#include <cmath>

namespace portrait {
namespace {

constexpr double kPull = 3;  // pixels from which on a press is a drag
constexpr double kWeightStep = 0.25;
constexpr int kNotch = 120;

}  // namespace

void ViewpointSphere::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  pressed_ = last_ = event->position();
  pulled_ = false;
  const int bead = bead_under(pressed_);
  if (bead < 0) {
    hold_ = Hold::kSphere;
    return;
  }
  hold_ = Hold::kBead;
  before_ = scene_.ring;
  const auto [at, nearness] = view_.place(scene_.ring[std::size_t(bead)].viewpoint);
  grip_ = at - pressed_;
  far_side_ = nearness < 0;
  set_current(bead);
}

void ViewpointSphere::mouseMoveEvent(QMouseEvent* event) {
  const QPointF position = event->position();
  const QPointF pulled = position - pressed_;
  pulled_ = pulled_ || std::hypot(pulled.x(), pulled.y()) > kPull;
  if (hold_ == Hold::kNothing) {
    hover(position);
  } else if (pulled_ && hold_ == Hold::kSphere) {
    view_.turn(position - last_);
    last_ = position;
    update();
  } else if (pulled_) {
    setCursor(Qt::ClosedHandCursor);
    const auto edited = moved(before_, scene_.current, view_.under(position + grip_, far_side_));
    if (!edited) return;  // over another bead, or where it began
    scene_.ring = *edited;
    update();
    Q_EMIT current_changed();
  }
}

void ViewpointSphere::drop_hold(bool keep) {
  const bool bead = hold_ == Hold::kBead && pulled_;
  hold_ = Hold::kNothing;
  if (!bead) return;
  const Ring now = scene_.ring;
  scene_.ring = before_;
  const bool changed = viewpoints_text(now) != viewpoints_text(before_);
  if (keep && changed) return commit(now, scene_.current);
  update();
  Q_EMIT current_changed();
}

void ViewpointSphere::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  drop_hold(true);
  hover(event->position());
}

void ViewpointSphere::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const int bead = bead_under(event->position());
  if (bead >= 0) {
    Q_EMIT look_requested(scene_.ring[std::size_t(bead)].viewpoint);
  } else if (view_.covers(event->position())) {
    add(view_.under(event->position(), false));
  }
}

// On the bead that was chosen alone: elsewhere the panel scrolls.
void ViewpointSphere::wheelEvent(QWheelEvent* event) {
  const RigView* view = current_view();
  if (view == nullptr || bead_under(event->position()) != scene_.current) {
    wheel_ = 0;
    return event->ignore();
  }
  wheel_ += event->angleDelta().y();
  const int notches = wheel_ / kNotch;
  wheel_ -= notches * kNotch;
  if (notches != 0) weigh(view->weight + notches * kWeightStep);
}

void ViewpointSphere::fill_bead_menu(QMenu& menu) {
  menu.addAction(tr("Look from here"), this,
                 [this] { Q_EMIT look_requested(current_view()->viewpoint); });
  QMenu* weights = menu.addMenu(tr("Weight"));
  for (const double weight : {0.0, 0.25, 0.5, 1.0, 2.0, 4.0}) {
    const QString text = weight == 0 ? tr("0 (muted)") : QString::number(weight);
    QAction* action = weights->addAction(text, this, [this, weight] { weigh(weight); });
    action->setCheckable(true);
    action->setChecked(current_view()->weight == weight);
  }
  menu.addSeparator();
  menu.addAction(tr("Earlier"), this, [this] { shift(-1); })->setEnabled(scene_.current > 0);
  menu.addAction(tr("Later"), this, [this] { shift(1); })
      ->setEnabled(scene_.current + 1 < int(scene_.ring.size()));
  menu.addSeparator();
  const Viewpoint here = current_view()->viewpoint;
  menu.addAction(tr("Export picture…"), this, [this, here] { Q_EMIT export_requested(here); });
  menu.addAction(tr("Bring back…"), this, [this, here] { Q_EMIT bring_back_requested(here); });
  menu.addAction(tr("Unlock"), this, [this, here] { Q_EMIT unlock_requested(here); })
      ->setEnabled(is_locked(here));
  menu.addSeparator();
  menu.addAction(tr("Remove"), this, [this] { remove(); });
}

void ViewpointSphere::contextMenuEvent(QContextMenuEvent* event) {
  const bool by_key = event->reason() == QContextMenuEvent::Keyboard && current_view() != nullptr;
  const QPointF position = by_key ? bead_at(scene_.current) : QPointF(event->pos());
  const int bead = by_key ? scene_.current : bead_under(position);
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  if (bead >= 0) {
    set_current(bead);
    fill_bead_menu(*menu);
  } else {
    if (view_.covers(position)) {
      menu->addAction(tr("Add a viewpoint here"), this,
                      [this, at = view_.under(position, false)] { add(at); });
    }
    menu->addAction(tr("Add the viewport's view"), this, [this] { add(scene_.camera); });
    menu->addAction(tr("Back to the standard ring"), this, [this] { reset(); });
  }
  menu->popup(mapToGlobal(position.toPoint()));
}

void ViewpointSphere::keyPressEvent(QKeyEvent* event) {
  const RigView* view = current_view();
  const double step = event->modifiers() & Qt::ShiftModifier ? 1 : 5;
  if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) {
    return QWidget::keyPressEvent(event);
  }
  if (event->key() == Qt::Key_Escape && hold_ == Hold::kBead) return drop_hold(false);
  if (event->key() == Qt::Key_Insert) return add(scene_.camera);
  if (view == nullptr) return QWidget::keyPressEvent(event);
  switch (event->key()) {
    case Qt::Key_Left:
      return nudge(-step, 0);
    case Qt::Key_Right:
      return nudge(step, 0);
    case Qt::Key_Up:
      return nudge(0, step);
    case Qt::Key_Down:
      return nudge(0, -step);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return weigh(view->weight + kWeightStep);
    case Qt::Key_Minus:
      return weigh(view->weight - kWeightStep);
    case Qt::Key_PageUp:
      return shift(-1);
    case Qt::Key_PageDown:
      return shift(1);
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
      return remove();
    case Qt::Key_Return:
    case Qt::Key_Enter:
      Q_EMIT look_requested(view->viewpoint);
      return;
    default:
      QWidget::keyPressEvent(event);
  }
}

void ViewpointSphere::leaveEvent(QEvent*) {
  scene_.hovered = -1;
  update();
}

void ViewpointSphere::focusInEvent(QFocusEvent* event) {
  scene_.focused = true;
  if (event->reason() == Qt::TabFocusReason) set_current(0);
  if (event->reason() == Qt::BacktabFocusReason) set_current(int(scene_.ring.size()) - 1);
  update();
}

void ViewpointSphere::focusOutEvent(QFocusEvent*) {
  scene_.focused = false;
  update();
}

// Tab walks from bead to bead before it goes on to the next widget.
bool ViewpointSphere::focusNextPrevChild(bool next) {
  const int to = scene_.current + (next ? 1 : -1);
  if (to < 0 || to >= int(scene_.ring.size())) return QWidget::focusNextPrevChild(next);
  set_current(to);
  return true;
}

}  // namespace portrait
