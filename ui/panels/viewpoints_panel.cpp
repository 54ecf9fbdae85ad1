// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/viewpoints_panel.h"

#include "core/base/settings.h"
#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/panels/lock_bar.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/ring_editor.h"
#include "ui/widgets/thumbnail.h"
#include "ui/widgets/viewpoint_sphere.h"

#include <QContextMenuEvent>
#include <QGridLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

constexpr int kColumns = 5;
constexpr double kSameViewDeg = 1.0;

const RingThumbnail* picture_from(const std::vector<RingThumbnail>* pictures,
                                  const Viewpoint& viewpoint) {
  if (pictures == nullptr) return nullptr;
  const auto found =
      std::find_if(pictures->begin(), pictures->end(), [&](const RingThumbnail& picture) {
        return picture.viewpoint == viewpoint && !picture.rgba.empty();
      });
  return found == pictures->end() ? nullptr : &*found;
}

}  // namespace

ViewpointsPanel::ViewpointsPanel(QWidget* parent)
    : QWidget(parent), editor_(new RingEditor), grid_(new QGridLayout) {
  PanelSection section = make_section(tr("Viewpoints"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  note_ = section.note;
  edit_ = new QPushButton;
  edit_->setProperty("link", true);
  edit_->setCursor(Qt::PointingHandCursor);
  auto* heading = qobject_cast<QHBoxLayout*>(section.body->itemAt(0)->layout());
  heading->setSpacing(4);
  heading->addWidget(edit_);
  grid_->setSpacing(4);
  for (int column = 0; column < kColumns; ++column) grid_->setColumnStretch(column, 1);
  section.body->addWidget(editor_);
  section.body->addLayout(grid_);
  connect(edit_, &QPushButton::clicked, this, [this] { edit(!editing_); });
  connect(&editor_->sphere(), &ViewpointSphere::edited, this, &ViewpointsPanel::edited);
  connect(&editor_->sphere(), &ViewpointSphere::look_requested, this, &ViewpointsPanel::chosen);
  connect(&editor_->sphere(), &ViewpointSphere::current_changed, this, &ViewpointsPanel::mark);
  const LockBar& bar = editor_->lock_bar();
  connect(&bar, &LockBar::export_requested, this, &ViewpointsPanel::export_requested);
  connect(&bar, &LockBar::bring_back_requested, this, &ViewpointsPanel::bring_back_requested);
  connect(&bar, &LockBar::unlock_requested, this, &ViewpointsPanel::unlock_requested);
  edit(false);
  show_settings({});
  hide();
}

void ViewpointsPanel::edit(bool editing) {
  editing_ = editing;
  edit_->setText(editing ? tr("done") : tr("edit"));
  editor_->setVisible(editing);
  mark();
  // Low in its column, the sphere would open out of sight.
  if (!editing) return;
  QMetaObject::invokeMethod(this, &ViewpointsPanel::scroll_to_top, Qt::QueuedConnection);
}

void ViewpointsPanel::scroll_to_top() {
  for (QWidget* above = parentWidget(); above != nullptr; above = above->parentWidget()) {
    auto* area = qobject_cast<QScrollArea*>(above);
    if (area == nullptr) continue;
    area->widget()->layout()->activate();
    area->verticalScrollBar()->setValue(mapTo(area->widget(), QPoint(0, 0)).y());
    return;
  }
}

void ViewpointsPanel::show_settings(const Settings& settings) {
  const auto& viewpoints = std::get<std::string>(settings.value("detail.viewpoints"));
  if (viewpoints == viewpoints_) return;
  viewpoints_ = viewpoints;
  ring_ = viewpoint_rig(settings);
  editor_->sphere().show_ring(ring_);
  show_ring();
}

void ViewpointsPanel::show_snapshot(const Snapshot& snapshot) {
  editor_->setEnabled(can_change_settings(snapshot.state));
  editor_->sphere().set_photo(snapshot.photo ? std::optional(snapshot.photo->viewpoint)
                                             : std::nullopt);
  can_lock_ = can_lock(snapshot);
  if (snapshot.locks != locks_) {
    locks_ = snapshot.locks;
    editor_->show_locks(locks_ ? *locks_ : std::vector<LockedView>());
    mark();
  }
  if (snapshot.ring == pictures_) return;
  take_pictures(snapshot.ring);
  show_ring();
}

// The worker renews them one at a time: only what changed is converted.
void ViewpointsPanel::take_pictures(
    const std::shared_ptr<const std::vector<RingThumbnail>>& pictures) {
  const auto before = std::exchange(pictures_, pictures);
  if (pictures_ == nullptr) return images_.clear();
  for (const RingThumbnail& picture : *pictures_) {
    if (picture.rgba.empty()) continue;
    const RingThumbnail* old = picture_from(before.get(), picture.viewpoint);
    auto image = std::find_if(images_.begin(), images_.end(), [&](const auto& known) {
      return known.first == picture.viewpoint;
    });
    if (image == images_.end()) image = images_.insert(image, {picture.viewpoint, QImage()});
    const bool same = old != nullptr && old->rgba.pixels == picture.rgba.pixels;
    if (!same || image->second.isNull()) image->second = to_qimage(picture.rgba);
  }
  // Those that were dropped from the ring stay until it is drawn anew: an edit may bring them back.
  std::erase_if(images_, [&](const auto& image) {
    return picture_from(pictures_.get(), image.first) == nullptr &&
           std::none_of(ring_.begin(), ring_.end(),
                        [&](const RigView& view) { return view.viewpoint == image.first; });
  });
}

void ViewpointsPanel::show_ring() {
  const std::size_t count = pictures_ == nullptr ? 0 : ring_.size();
  while (thumbnails_.size() < count) {
    const std::size_t index = thumbnails_.size();
    auto* thumbnail = new Thumbnail;
    thumbnail->set_clickable(true);
    grid_->addWidget(thumbnail, int(index) / kColumns, int(index) % kColumns);
    connect(thumbnail, &Thumbnail::clicked, this, [this, index] { choose(index); });
    thumbnails_.push_back(thumbnail);
  }
  while (thumbnails_.size() > count) {
    delete thumbnails_.back();
    thumbnails_.pop_back();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto image = std::find_if(images_.begin(), images_.end(), [&](const auto& known) {
      return known.first == ring_[i].viewpoint;
    });
    const QImage picture = image == images_.end() ? QImage() : image->second;
    if (picture.cacheKey() != thumbnails_[i]->image().cacheKey()) {
      thumbnails_[i]->set_image(picture);
    }
    thumbnails_[i]->setToolTip(describe(ring_[i]));
    thumbnails_[i]->setAccessibleName(describe(ring_[i]));
  }
  set_text(note_, tr("%1 ·").arg(count));
  setVisible(count > 0);
  mark();
}

void ViewpointsPanel::choose(std::size_t index) {
  if (editing_) editor_->sphere().set_current(int(index));
  Q_EMIT chosen(ring_[index].viewpoint);
}

void ViewpointsPanel::set_camera(const Viewpoint& viewpoint) {
  camera_ = viewpoint;
  editor_->set_camera(viewpoint);
  mark();
}

void ViewpointsPanel::mark() {
  for (std::size_t i = 0; i < std::min(ring_.size(), thumbnails_.size()); ++i) {
    const Viewpoint& v = ring_[i].viewpoint;
    const double turn = std::remainder(v.azimuth_deg - camera_.azimuth_deg, 360.0);
    thumbnails_[i]->set_selected(std::abs(turn) < kSameViewDeg &&
                                 std::abs(v.elevation_deg - camera_.elevation_deg) < kSameViewDeg);
    thumbnails_[i]->set_number(editing_ ? int(i) + 1 : 0,
                               int(i) == editor_->sphere().current());
    thumbnails_[i]->set_faded(ring_[i].weight == 0);
    thumbnails_[i]->set_locked(is_locked(v));
  }
}

bool ViewpointsPanel::is_locked(const Viewpoint& viewpoint) const {
  return locks_ != nullptr &&
         std::any_of(locks_->begin(), locks_->end(),
                     [&](const LockedView& lock) { return lock.viewpoint == viewpoint; });
}

// Of the small picture under the pointer.
void ViewpointsPanel::contextMenuEvent(QContextMenuEvent* event) {
  const auto under = std::find_if(thumbnails_.begin(), thumbnails_.end(), [&](Thumbnail* one) {
    return one->rect().contains(one->mapFromGlobal(event->globalPos()));
  });
  if (under == thumbnails_.end() || !can_lock_) return event->ignore();
  const Viewpoint here = ring_[std::size_t(under - thumbnails_.begin())].viewpoint;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addAction(tr("Look from here"), this, [this, here] { Q_EMIT chosen(here); });
  menu->addSeparator();
  menu->addAction(tr("Export picture…"), this, [this, here] { Q_EMIT export_requested(here); });
  menu->addAction(tr("Bring back…"), this, [this, here] { Q_EMIT bring_back_requested(here); });
  menu->addAction(tr("Unlock"), this, [this, here] { Q_EMIT unlock_requested(here); })
      ->setEnabled(is_locked(here));
  menu->popup(event->globalPos());
}

}  // namespace portrait
