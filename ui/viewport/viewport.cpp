// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/viewport.h"

#include "core/field/baked_volume.h"
#include "core/project/formation.h"
#include "core/session/snapshot.h"
#include "ui/image_convert.h"
#include "ui/theme.h"
#include "ui/viewport/mode_note.h"
#include "ui/viewport/photo_control.h"
#include "ui/translated.h"
#include "ui/viewport/placeholder.h"
#include "ui/viewport/ring_gizmo.h"
#include "ui/viewport/wipe_divider.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/segmented_control.h"

#include <QLabel>
#include <QLayout>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kRestMs = 160;
constexpr double kDegreesPerWidth = 270;  // one sweep across the viewport
constexpr int kMargin = 12;
constexpr double kZoomPerNotch = 1.15;

}  // namespace

Viewport::Viewport(CanvasKind kind, QWidget* parent)
    : QWidget(parent),
      kind_(kind),
      placeholder_(new Placeholder(this)),
      modes_(new SegmentedControl(
          {tr("Colour"), tr("Neural"), tr("Normals"), tr("Depth"), tr("Opacity"), tr("Seen"),
           tr("Mesh"), tr("Wire")},
          {tr("The head as it looks: frames projected onto the volume while you turn, the "
              "renderer's own picture at rest"),
           tr("Only the renderer's and super-resolution's own picture (R, psi_SR)"),
           tr("Surface normals of the volume, in the camera's axes"),
           tr("Distance from the camera: near is light"), tr("How much the head covers"),
           tr("What of the surface the photo shows, and what was invented"),
           tr("The surface as an export would write it, as clay in a studio"),
           tr("The edges of that mesh")},
          this)),
      photo_(new PhotoControl(this)),
      label_(new QLabel(this)),
      note_(new QLabel(this)),
      ring_(new RingGizmo(this)),
      divider_(new WipeDivider(this)),
      banner_(new Banner(this)) {
  setMinimumSize(320, 320);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Viewport"));
  label_->setObjectName("chipLabel");
  note_->setObjectName("chipLabel");
  note_->setTextFormat(Qt::RichText);
  for (QWidget* control : {static_cast<QWidget*>(modes_), static_cast<QWidget*>(photo_),
                           static_cast<QWidget*>(label_), static_cast<QWidget*>(note_),
                           static_cast<QWidget*>(ring_), divider_}) {
    control->hide();
  }

  connect(placeholder_, &Placeholder::open_requested, this, &Viewport::open_requested);
  connect(placeholder_, &Placeholder::sample_requested, this, &Viewport::sample_requested);
  connect(placeholder_, &Placeholder::recovery_chosen, this, &Viewport::recovery_chosen);
  connect(placeholder_, &Placeholder::recovery_discarded, this, &Viewport::recovery_discarded);
  connect(modes_, &SegmentedControl::chosen, this,
          [this](int index) { set_mode(DisplayMode(index)); });
  connect(photo_, &PhotoControl::chosen, this, &Viewport::set_overlay);
  connect(photo_, &PhotoControl::resized, this, &Viewport::place_children);
  connect(photo_, &PhotoControl::onion_changed, this, [this](double opacity) {
    scene_.onion = float(opacity);
    push_scene();
  });
  connect(photo_, &PhotoControl::gain_changed, this, [this](double gain) {
    scene_.gain = float(gain);
    push_scene();
  });
  scene_.onion = float(photo_->onion());
  scene_.gain = float(photo_->gain());
  connect(ring_, &RingGizmo::chosen, this, &Viewport::look_from);
  connect(banner_, &Banner::resized, this, &Viewport::place_children);

  rest_timer_.setSingleShot(true);
  rest_timer_.setInterval(kRestMs);
  connect(&rest_timer_, &QTimer::timeout, this, &Viewport::rest);
  fade_.setDuration(kFadeMs);
  connect(&fade_, &QVariantAnimation::valueChanged, this, [this](const QVariant& value) {
    scene_.frame_opacity = value.toFloat();
    push_scene();
  });

  // OpenGL is found out on a thread of its own, so that the window is painted first.
  renderer_ = new OffscreenRenderer(this);
  connect(renderer_, &OffscreenRenderer::ready, this, &Viewport::on_gl_ready,
          Qt::QueuedConnection);
  connect(renderer_, &OffscreenRenderer::failed, this,
          [this] { if (renderer_) on_gl_failed(renderer_->report().failure); },
          Qt::QueuedConnection);
  renderer_->start();
  update_placeholder(true, false, {});
}

Viewport::~Viewport() = default;

void Viewport::on_gl_ready() {
  gl_ = renderer_->report();
  const bool software =
      kind_ == CanvasKind::kSoftware || (kind_ == CanvasKind::kAutomatic && gl_.software);
  if (software) {
    adopt_canvas(new SoftwareCanvas(renderer_, this));
  } else {
    auto* canvas = new GpuCanvas(this);
    connect(canvas, &GpuCanvas::failed, this, &Viewport::on_gl_failed);
    adopt_canvas(canvas);
    renderer_->deleteLater();
    renderer_ = nullptr;
  }
}

void Viewport::on_gl_failed(const QString& message) {
  gl_failed_ = true;
  gl_.usable = false;
  gl_.failure = message;
  update_placeholder(!has_head_, false, loading_text_);
}

void Viewport::adopt_canvas(ViewportCanvas* canvas) {
  canvas_ = canvas;
  canvas->widget()->setGeometry(rect());
  canvas->widget()->lower();
  canvas->widget()->setVisible(has_head_);
  push_scene();
}

bool Viewport::settled() const {
  if (gl_failed_) return true;
  if (canvas_ == nullptr) return false;
  if (!has_head_) return true;
  return canvas_->settled() && !rest_timer_.isActive() &&
         fade_.state() != QAbstractAnimation::Running;
}

void Viewport::show_snapshot(const Snapshot& snapshot) {
  if (snapshot.settings) ring_->show_settings(*snapshot.settings);
  std::vector<Viewpoint> locked;
  if (snapshot.locks != nullptr) {
    for (const LockedView& lock : *snapshot.locks) locked.push_back(lock.viewpoint);
  }
  ring_->set_locked(locked);
  const bool new_volume = snapshot.volume_version != newest_version_;
  const bool new_photo = snapshot.photo != scene_.photo;
  const bool yield = is_busy(snapshot.state);
  const bool new_frame = snapshot.frame != newest_frame_;
  // A view round the head changes nothing while a frame at rest lies over all of it.
  const bool covered = scene_.frame != nullptr && scene_.frame_opacity >= 1 && !scene_.moving;
  const bool new_views = snapshot.views != newest_views_ && !covered;
  const bool new_mesh = snapshot.mesh != newest_mesh_;
  const bool changed = new_volume || new_photo || new_frame || new_views || new_mesh;
  newest_volume_ = snapshot.volume;
  newest_version_ = snapshot.volume_version;
  newest_views_ = snapshot.views;
  newest_mesh_ = snapshot.mesh;
  if (new_photo) moment_.reset();
  choose_volume();
  scene_.photo = snapshot.photo;
  scene_.yield = yield;
  newest_frame_ = snapshot.frame;

  const bool had_head = has_head_;
  has_head_ = snapshot.has_head() && snapshot.volume != nullptr;
  update_placeholder(!has_head_, snapshot.opening, translated(snapshot.activity));
  if (new_photo) set_overlay(PhotoOverlay::kNone);
  if (new_photo) {  // A would be of another head
    hold_kept(false);
    kept_frame_.reset();
  }
  if (has_head_ && (!had_head || new_photo)) {
    reset_view();
  }
  if (changed) {
    choose_frame();
    push_scene();
  }
  photo_->setEnabled(can_compare());
  update_note();
}

void Viewport::update_placeholder(bool empty, bool loading, const QString& activity) {
  loading_text_ = activity;
  if (gl_failed_) {
    placeholder_->show_no_opengl(gl_.failure);
  } else if (empty && loading) {
    placeholder_->show_loading(activity);
  } else if (empty) {
    placeholder_->show_empty(sample_available_);
  }
  const bool shown = gl_failed_ || empty;
  placeholder_->setVisible(shown);
  if (canvas_ != nullptr) canvas_->widget()->setVisible(!shown);
  for (QWidget* control : {static_cast<QWidget*>(modes_), static_cast<QWidget*>(photo_),
                           static_cast<QWidget*>(label_), static_cast<QWidget*>(ring_)}) {
    control->setVisible(!shown);
  }
  divider_->setVisible(!shown && wiping());
}

void Viewport::set_sample_available(bool available) {
  sample_available_ = available;
  if (placeholder_->kind() == Placeholder::Kind::kEmpty) placeholder_->show_empty(available);
}

void Viewport::show_recoveries(const QList<Recovery>& recoveries) {
  placeholder_->show_recoveries(recoveries);
}

void Viewport::set_first_start(bool first) { placeholder_->set_first_start(first); }

void Viewport::set_drop_hover(bool hover) { placeholder_->set_drop_hover(hover); }

QImage Viewport::still() const {
  return has_head_ && canvas_ != nullptr ? canvas_->picture() : QImage();
}

QImage Viewport::still_with_alpha() const {
  const bool fits = newest_frame_ != nullptr && newest_frame_->resting &&
                    newest_frame_->rgba.channels == 4 &&
                    same_camera(newest_frame_->camera, view_.camera());
  return fits ? to_qimage(newest_frame_->rgba) : QImage();
}

// The backdrop is the theme's.
void Viewport::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) {
    push_scene();
    update_note();
  }
  QWidget::changeEvent(event);
}

void Viewport::look_from(const Viewpoint& viewpoint) {
  view_.look_from(viewpoint);
  view_changed(true);
}

void Viewport::reset_view() {
  view_.reset();
  view_changed(true);
}

void Viewport::set_mode(DisplayMode mode) {
  if (mode == scene_.mode) return;
  scene_.mode = mode;
  modes_->set_current(int(mode));
  choose_frame();
  push_scene();
  update_note();
  Q_EMIT mode_changed(mode);
}

void Viewport::show_moment(const std::shared_ptr<const FormationMoment>& moment) {
  if (moment == moment_) return;
  moment_ = moment;
  choose_volume();
  choose_frame();
  push_scene();
  update_note();
}

void Viewport::choose_volume() {
  scene_.volume = moment_ ? moment_->volume : newest_volume_;
  // Moments count from the other end, so that no version is given to two volumes.
  scene_.volume_version = moment_ ? ~moment_->id : newest_version_;
  scene_.views = moment_ ? nullptr : newest_views_;
  scene_.mesh = moment_ ? nullptr : newest_mesh_;
  scene_.past = moment_ != nullptr;
}

void Viewport::hold_kept(bool held) {
  held = held && kept_frame_ != nullptr;
  if (held == held_) return;
  held_ = held;
  choose_frame();
  push_scene();
}

void Viewport::set_overlay(PhotoOverlay overlay) {
  if (!can_compare()) overlay = PhotoOverlay::kNone;
  const PhotoOverlay before = scene_.overlay;
  if (overlay != before) {
    scene_.overlay = overlay;
    const bool looks = scene_.mode == DisplayMode::kColour || scene_.mode == DisplayMode::kNeural;
    if (overlay == PhotoOverlay::kDifference && !looks) set_mode(DisplayMode::kColour);
    if (before == PhotoOverlay::kNone) {
      view_.look_through(scene_.photo->camera);
      view_changed(true);
    } else if (overlay == PhotoOverlay::kNone && view_.has_own_camera()) {
      view_.look_from(view_.viewpoint());
      view_changed(true);
    }
    place_children();
    push_scene();
    Q_EMIT overlay_changed(overlay);
  }
  photo_->show_overlay(overlay);
  divider_->setVisible(wiping() && has_head_ && !gl_failed_);
}

void Viewport::view_changed(bool camera_moved) {
  scene_.moving = true;
  if (camera_moved) choose_frame();
  push_scene();
  update_label();
  ring_->set_camera(view_.viewpoint());
  rest_timer_.start();
  if (camera_moved) Q_EMIT camera_changed(view_.camera(), false);
}

void Viewport::rest() {
  scene_.moving = false;
  push_scene();
  Q_EMIT camera_changed(view_.camera(), true);
}

// The neural frame is shown over the volume where it is of this very camera.
void Viewport::choose_frame() {
  if (held_) {
    fade_.stop();
    scene_.frame = kept_frame_;
    scene_.frame_opacity = fade_target_ = 1;
    update_label();
    return;
  }
  if (moment_) {  // neural frames are of the head as it is
    fade_.stop();
    scene_.frame = nullptr;
    scene_.frame_opacity = fade_target_ = 0;
    update_label();
    return;
  }
  const bool any = newest_frame_ != nullptr && !newest_frame_->rgba.empty();
  const bool fits = any && same_camera(newest_frame_->camera, view_.camera());
  if (scene_.mode == DisplayMode::kNeural && any) {
    scene_.frame = newest_frame_;
    fade_.stop();
    scene_.frame_opacity = fade_target_ = 1;
  } else if (scene_.mode == DisplayMode::kColour && fits && newest_frame_->resting) {
    scene_.frame = newest_frame_;
    fade_frame_to(1);
  } else if (scene_.mode == DisplayMode::kColour && scene_.frame != nullptr &&
             same_camera(scene_.frame->camera, view_.camera())) {
    // An older frame of this camera still fits; a quick one does not replace it.
  } else {
    fade_.stop();
    scene_.frame = nullptr;
    scene_.frame_opacity = fade_target_ = 0;
  }
  update_label();
}

void Viewport::fade_frame_to(float opacity) {
  if (fade_target_ == opacity) return;
  fade_target_ = opacity;
  fade_.stop();
  if (reduced_motion()) {
    scene_.frame_opacity = opacity;
    return;
  }
  fade_.setStartValue(scene_.frame_opacity);
  fade_.setEndValue(opacity);
  fade_.start();
}

void Viewport::push_scene() {
  scene_.camera = held_ ? kept_frame_->camera : view_.camera();
  const qreal ratio = devicePixelRatioF();
  const QRectF frame = view_.frame_rect(size());
  scene_.frame_rect = {frame.topLeft() * ratio, frame.size() * ratio};
  scene_.size = (QSizeF(size()) * ratio).toSize();
  scene_.wipe = float(wipe_at_);
  if (canvas_ != nullptr && has_head_) canvas_->show_scene(scene_);
}

void Viewport::update_label() {
  QString text = view_.describe();
  if (held_) {
    text = tr("A, as it was kept");
  } else if (moment_) {
    text += tr(" · %1, step %2").arg(translated(moment_->stage)).arg(moment_->step);
  } else if (scene_.frame != nullptr && scene_.frame_opacity + fade_target_ > 0) {
    text += tr(" · neural %1").arg(scene_.frame->rgba.width);
  }
  if (text == label_->text()) return;
  label_->setText(text);
  label_->adjustSize();
  label_->move(kMargin, height() - kMargin - label_->height());
}

void Viewport::update_note() {
  const QString text = mode_note(scene_);
  const bool shown = has_head_ && !gl_failed_ && !text.isEmpty();
  if (shown && text != note_->text()) {
    note_->setText(text);
    place_children();
  }
  note_->setVisible(shown);
}

void Viewport::place_children() {
  placeholder_->setGeometry(rect());
  if (canvas_ != nullptr) canvas_->widget()->setGeometry(rect());
  modes_->adjustSize();
  // In a window, all modes side by side, whatever they are called in the artist's language.
  if (!isWindow()) setMinimumWidth(modes_->width() + 2 * kMargin);
  modes_->move(kMargin, kMargin);
  photo_->adjustSize();
  // Beside the modes where there is room, else under them.
  const int right = width() - kMargin - photo_->width();
  const bool beside_modes = right >= modes_->geometry().right() + kMargin;
  photo_->move(right, beside_modes ? kMargin : modes_->geometry().bottom() + kMargin / 2);
  note_->adjustSize();
  note_->move(kMargin, modes_->geometry().bottom() + kMargin / 2);
  ring_->move(width() - kMargin - ring_->width(), height() - kMargin - ring_->height());
  label_->adjustSize();
  label_->move(kMargin, height() - kMargin - label_->height());
  divider_->setGeometry(int(std::lround(wipe_at_ * width())) - divider_->sizeHint().width() / 2, 0,
                        divider_->sizeHint().width(), height());
  // Low, between the label and the ring: nothing covers the face.
  const int beside = ring_->isHidden() ? kMargin : 2 * kMargin + ring_->width();
  const int banner_width = std::clamp(width() - 2 * beside, 240, 560);
  const int banner_height = banner_->layout()->heightForWidth(banner_width - 2) + 4;
  banner_->setGeometry((width() - banner_width) / 2, height() - kMargin - banner_height,
                       banner_width, banner_height);
}

void Viewport::resizeEvent(QResizeEvent*) {
  place_children();
  push_scene();
}

void Viewport::mousePressEvent(QMouseEvent* event) {
  drag_from_ = event->position();
  const bool on_divider =
      wiping() && std::abs(event->position().x() - wipe_at_ * width()) < 12;
  if (on_divider && event->button() == Qt::LeftButton) {
    drag_ = Drag::kWipe;
  } else if (event->button() == Qt::MiddleButton ||
             (event->button() == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier))) {
    drag_ = Drag::kPan;
  } else if (event->button() == Qt::LeftButton) {
    drag_ = Drag::kOrbit;
  }
}

void Viewport::mouseMoveEvent(QMouseEvent* event) {
  const QPointF by = event->position() - drag_from_;
  if (drag_ == Drag::kNone || !has_head_) return;
  drag_from_ = event->position();
  if (drag_ == Drag::kOrbit) {
    set_overlay(PhotoOverlay::kNone);
    const double scale = kDegreesPerWidth / std::max(1, std::min(width(), height()));
    view_.orbit(-by.x() * scale, by.y() * scale);
    view_changed(true);
  } else if (drag_ == Drag::kPan) {
    view_.pan(by, size());
    view_changed(false);
  } else {
    wipe_at_ = std::clamp(event->position().x() / std::max(1, width()), 0.02, 0.98);
    place_children();
    push_scene();
  }
}

void Viewport::mouseReleaseEvent(QMouseEvent*) { drag_ = Drag::kNone; }

void Viewport::mouseDoubleClickEvent(QMouseEvent* event) {
  drag_ = Drag::kNone;
  if (event->button() != Qt::LeftButton || !has_head_) return;
  set_overlay(PhotoOverlay::kNone);
  reset_view();
}

void Viewport::wheelEvent(QWheelEvent* event) {
  if (!has_head_) return;
  view_.zoom(std::pow(kZoomPerNotch, event->angleDelta().y() / 120.0), event->position(), size());
  view_changed(false);
  event->accept();
}

}  // namespace portrait
