// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/viewpoints_panel.h"

#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/panels/panel_parts.h"
#include "ui/viewport/view_state.h"
#include "ui/widgets/thumbnail.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {
constexpr int kColumns = 5;
constexpr double kSameViewDeg = 1.0;
}  // namespace

ViewpointsPanel::ViewpointsPanel(QWidget* parent) : QWidget(parent), grid_(new QGridLayout) {
  PanelSection section = make_section(tr("Viewpoints"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  note_ = section.note;
  grid_->setSpacing(4);
  section.body->addLayout(grid_);
  hide();
}

void ViewpointsPanel::show_snapshot(const Snapshot& snapshot) {
  if (snapshot.ring == ring_) return;
  const auto before = ring_;
  ring_ = snapshot.ring;
  const std::vector<RigView> rig =
      viewpoint_rig(snapshot.settings ? *snapshot.settings : Settings());
  const std::size_t count = ring_ == nullptr ? 0 : ring_->size();
  while (thumbnails_.size() < count) {
    const int index = int(thumbnails_.size());
    auto* thumbnail = new Thumbnail;
    thumbnail->set_clickable(true);
    grid_->addWidget(thumbnail, index / kColumns, index % kColumns);
    connect(thumbnail, &Thumbnail::clicked, this, [this, index] {
      if (std::size_t(index) < viewpoints_.size()) {
        Q_EMIT chosen(viewpoints_[std::size_t(index)]);
      }
    });
    thumbnails_.push_back(thumbnail);
  }
  while (thumbnails_.size() > count) {
    delete thumbnails_.back();
    thumbnails_.pop_back();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const RingThumbnail& view = (*ring_)[i];
    // The worker renews them one at a time: only what changed is converted.
    const bool same = before != nullptr && i < before->size() &&
                      (*before)[i].rgba.pixels == view.rgba.pixels &&
                      !thumbnails_[i]->image().isNull();
    if (!same) thumbnails_[i]->set_image(to_qimage(view.rgba));
    // Not drawn yet: its place in the ring is known all the same.
    viewpoints_.resize(count);
    viewpoints_[i] = view.rgba.empty() && i < rig.size() ? rig[i].viewpoint : view.viewpoint;
    ViewState state;
    state.look_from(viewpoints_[i]);
    thumbnails_[i]->setToolTip(state.describe());
    thumbnails_[i]->setAccessibleName(state.describe());
  }
  for (int column = 0; column < kColumns; ++column) grid_->setColumnStretch(column, 1);
  set_text(note_, QString::number(count));
  setVisible(count > 0);
  mark();
}

void ViewpointsPanel::set_camera(const Viewpoint& viewpoint) {
  camera_ = viewpoint;
  mark();
}

void ViewpointsPanel::mark() {
  for (std::size_t i = 0; i < std::min(viewpoints_.size(), thumbnails_.size()); ++i) {
    const Viewpoint& v = viewpoints_[i];
    const double turn = std::remainder(v.azimuth_deg - camera_.azimuth_deg, 360.0);
    thumbnails_[i]->set_selected(std::abs(turn) < kSameViewDeg &&
                                 std::abs(v.elevation_deg - camera_.elevation_deg) < kSameViewDeg);
  }
}

}  // namespace portrait
