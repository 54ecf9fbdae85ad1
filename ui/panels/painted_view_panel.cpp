// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/painted_view_panel.h"

#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/panels/lock_bar.h"
#include "ui/panels/panel_parts.h"
#include "ui/theme.h"
#include "ui/viewport/view_state.h"
#include "ui/widgets/thumbnail.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace portrait {
namespace {

constexpr int kColumns = 3;

struct Caption {
  const char* label;
  const char* tip;
};
constexpr std::array<Caption, 6> kCaptions = {{
    {QT_TRANSLATE_NOOP("PaintedViewPanel", "render"),
     QT_TRANSLATE_NOOP("PaintedViewPanel", "The head as it was before this painting")},
    {QT_TRANSLATE_NOOP("PaintedViewPanel", "projected"),
     QT_TRANSLATE_NOOP("PaintedViewPanel",
                       "What the driving view shows, carried over into this one (8); empty where "
                       "it sees nothing of it")},
    {QT_TRANSLATE_NOOP("PaintedViewPanel", "target"),
     QT_TRANSLATE_NOOP("PaintedViewPanel",
                       "What the diffusion model painted and the head is brought to, or the "
                       "artist's picture where the view is locked")},
    {QT_TRANSLATE_NOOP("PaintedViewPanel", "void"),
     QT_TRANSLATE_NOOP("PaintedViewPanel",
                       "White: the driving view says nothing here, it is "
                       "invented")},
    {QT_TRANSLATE_NOOP("PaintedViewPanel", "anchor noise"),
     QT_TRANSLATE_NOOP("PaintedViewPanel", "Three channels of the noise that the view keeps (13)")},
    {QT_TRANSLATE_NOOP("PaintedViewPanel", "change"),
     QT_TRANSLATE_NOOP("PaintedViewPanel",
                       "Where target and render differ, four times enlarged about grey")},
}};

QImage inverted(const Image& mask) {
  QImage out = to_qimage(mask);
  out.invertPixels(QImage::InvertRgb);
  return out;
}

// Target less render at the render's size.
QImage change_of(const Image& target, const Image& render) {
  QImage to = to_qimage(target);
  const QImage from = to_qimage(render);
  if (to.isNull() || from.isNull()) return {};
  to = to.scaled(from.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  for (int y = 0; y < to.height(); ++y) {
    auto* a = reinterpret_cast<QRgb*>(to.scanLine(y));
    const auto* b = reinterpret_cast<const QRgb*>(from.constScanLine(y));
    for (int x = 0; x < to.width(); ++x) {
      const auto difference = [](int u, int v) { return std::clamp(128 + 4 * (u - v), 0, 255); };
      a[x] = qRgb(difference(qRed(a[x]), qRed(b[x])), difference(qGreen(a[x]), qGreen(b[x])),
                  difference(qBlue(a[x]), qBlue(b[x])));
    }
  }
  return to;
}

double angle_between(const Viewpoint& a, const Viewpoint& b) {
  const double turn = std::remainder(a.azimuth_deg - b.azimuth_deg, 360.0);
  return std::hypot(turn * std::cos(a.elevation_deg * M_PI / 180),
                    a.elevation_deg - b.elevation_deg);
}

}  // namespace

PaintedViewPanel::PaintedViewPanel(QWidget* parent)
    : QWidget(parent),
      grid_(new QWidget),
      lock_bar_(new LockBar),
      agreement_(new QLabel),
      loss_(new QLabel) {
  PanelSection section = make_section(tr("Painted view"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  heading_note_ = section.note;
  auto* grid = new QGridLayout(grid_);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(6);
  grid->setVerticalSpacing(2);
  for (int i = 0; i < kPictures; ++i) {
    const Caption& caption = kCaptions[std::size_t(i)];
    auto* picture = new Thumbnail;
    picture->setToolTip(tr(caption.tip));
    picture->setAccessibleName(tr(caption.label));
    auto* label = new QLabel(tr(caption.label));
    label->setObjectName("note");
    pictures_[std::size_t(i)] = picture;
    labels_[std::size_t(i)] = label;
    const int row = 2 * (i / kColumns);
    grid->addWidget(picture, row, i % kColumns);
    grid->addWidget(label, row + 1, i % kColumns);
    grid->setColumnStretch(i % kColumns, 1);
  }
  grid->setRowMinimumHeight(2, 4);
  section.body->addWidget(grid_);
  for (QLabel* label : {agreement_, loss_}) {
    label->setObjectName("dim");
    section.body->addWidget(label);
  }
  section.body->addWidget(lock_bar_);
  hide();
}

// The stage's own ring once it has painted: an edited one acts from its next iteration on.
void PaintedViewPanel::take_ring(const Snapshot& snapshot) {
  if (views_ != nullptr && !views_->empty()) {
    ring_.clear();
    for (const RefinedView& view : *views_) ring_.push_back(view.viewpoint);
    settings_.reset();
  } else if (snapshot.settings != settings_) {
    settings_ = snapshot.settings;
    ring_.clear();
    if (settings_ == nullptr) return;
    for (const RigView& view : viewpoint_rig(*settings_)) ring_.push_back(view.viewpoint);
  }
}

void PaintedViewPanel::show_snapshot(const Snapshot& snapshot) {
  setVisible(snapshot.has_head());
  lock_bar_->setEnabled(can_lock(snapshot));
  const auto before = views_;
  const auto ring_before = ring_;
  views_ = snapshot.refined;
  take_ring(snapshot);
  const bool same_locks = snapshot.locks == locks_;
  locks_ = snapshot.locks;
  if (ring_ != ring_before) selected_ = -1;
  if (selected_ < 0) return set_camera(camera_);
  const auto index = std::size_t(selected_);
  const bool both = before != nullptr && views_ != nullptr && index < before->size();
  const bool same_view = before == views_ ||
                         (both && (*before)[index].painted == (*views_)[index].painted &&
                          (*before)[index].looks == (*views_)[index].looks);
  if (!same_view || !same_locks) show_view();
}

void PaintedViewPanel::set_camera(const Viewpoint& viewpoint) {
  camera_ = viewpoint;
  int nearest = -1;
  double least = std::numeric_limits<double>::max();
  for (std::size_t v = 0; v < ring_.size(); ++v) {
    const double angle = angle_between(ring_[v], viewpoint);
    if (angle < least) {
      least = angle;
      nearest = int(v);
    }
  }
  select(nearest);
}

void PaintedViewPanel::select(int view) {
  if (view == selected_ || view < 0 || view >= int(ring_.size())) return;
  selected_ = view;
  show_view();
  Q_EMIT selected_changed(view);
}

const LockedView* PaintedViewPanel::lock() const {
  if (locks_ == nullptr) return nullptr;
  const auto found = std::find_if(locks_->begin(), locks_->end(), [this](const LockedView& one) {
    return one.viewpoint == ring_[std::size_t(selected_)];
  });
  return found == locks_->end() ? nullptr : &*found;
}

void PaintedViewPanel::show_view() {
  const auto index = std::size_t(selected_);
  const LockedView* locked = lock();
  ViewState where;
  where.look_from(ring_[index]);
  set_text(heading_note_, where.describe());
  const bool any = views_ != nullptr && !views_->empty();
  grid_->setVisible(any || locked != nullptr);
  arrange(!any);
  RefinedView nothing;
  nothing.viewpoint = ring_[index];
  show_pictures(any ? (*views_)[index] : nothing, locked);
  lock_bar_->show_view(ring_[index],
                       locked == nullptr ? QString() : QString::fromStdString(locked->name));
}

// Before anything was painted an artist's picture has no neighbours.
void PaintedViewPanel::arrange(bool alone) {
  if (alone == alone_) return;
  alone_ = alone;
  for (int i = 0; i < kPictures; ++i) {
    pictures_[std::size_t(i)]->setVisible(!alone || i == kTarget);
    labels_[std::size_t(i)]->setVisible(!alone || i == kTarget);
  }
  auto* grid = static_cast<QGridLayout*>(grid_->layout());
  for (QWidget* widget : {static_cast<QWidget*>(pictures_[kTarget]),
                          static_cast<QWidget*>(labels_[kTarget])}) {
    grid->removeWidget(widget);
    grid->addWidget(widget, widget == labels_[kTarget] ? 1 : 0, alone ? 0 : kTarget);
  }
  grid->setRowMinimumHeight(2, alone ? 0 : 4);
}

// A picture that was brought back is the target at once, before the stage has come to it.
void PaintedViewPanel::show_pictures(const RefinedView& view, const LockedView* lock) {
  pictures_[kRender]->set_image(to_qimage(view.render));
  pictures_[kProjected]->set_image(
      over_ground(view.reference, view.known, theme().statusbar));  // the ground: not known
  const Image& target = lock != nullptr ? lock->rgba : view.target;
  pictures_[kTarget]->set_image(to_qimage(target));
  pictures_[kTarget]->set_locked(lock != nullptr);
  pictures_[kVoid]->set_image(inverted(view.known));
  pictures_[kNoise]->set_image(to_qimage(view.anchor_noise));
  pictures_[kChange]->set_image(change_of(target, view.render));
  const QString measured = tr("L_I %1 · gradient %2")
                               .arg(view.loss, 0, 'g', 3)
                               .arg(view.gradient_norm, 0, 'g', 3);
  if (lock != nullptr) {
    agreement_->setVisible(true);
    set_text(agreement_, tr("The artist's: not painted, not judged"));
    set_text(loss_, view.locked ? measured : tr("Counts from Detail's next iteration on"));
    return;
  }
  QString driver = tr("Driven by the photo");
  if (view.driver >= 0 && view.driver < int(ring_.size())) {
    ViewState from;
    from.look_from(ring_[std::size_t(view.driver)]);
    driver = tr("Driven by %1").arg(from.describe());
  }
  const bool any = views_ != nullptr && !views_->empty();
  agreement_->setVisible(any);
  set_text(agreement_, view.judged == 0 ? driver
                                        : driver + tr(" · S_D %1, S_P %2")
                                                       .arg(view.score_resampled, 0, 'f', 2)
                                                       .arg(view.score_kept, 0, 'f', 2));
  set_text(loss_, view.target.empty() ? tr("Not painted yet")
                  : view.locked       ? tr("Unlocked: painted in Detail's next iteration")
                                      : measured);
}

}  // namespace portrait
