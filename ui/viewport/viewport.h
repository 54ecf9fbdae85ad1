// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/canvas.h"
#include "ui/viewport/scene.h"

#include <QTimer>
#include <QVariantAnimation>
#include <QWidget>

#include <optional>

class QLabel;

namespace portrait {

struct BakedVolume;
struct FormationMoment;
struct Recovery;
struct Snapshot;
class Banner;
class Placeholder;
class PhotoControl;
class RingGizmo;
class SegmentedControl;

enum class CanvasKind { kAutomatic, kGpu, kSoftware };

// The head, and looking at it: drag turns, shift or the middle button moves, the wheel zooms, a
// double click goes back to the front. Takes snapshots; says where the camera is.
class Viewport : public QWidget {
  Q_OBJECT

 public:
  explicit Viewport(CanvasKind kind = CanvasKind::kAutomatic, QWidget* parent = nullptr);
  ~Viewport() override;

  void show_snapshot(const Snapshot& snapshot);
  void set_sample_available(bool available);
  void show_recoveries(const QList<Recovery>& recoveries);
  void set_first_start(bool first);
  void set_drop_hover(bool hover);
  Banner* banner() { return banner_; }

  void look_from(const Viewpoint& viewpoint);
  void reset_view();
  void set_mode(DisplayMode mode);
  // The newest frame becomes A; hold_kept(true) shows it, through its own camera, until false.
  void keep_frame() { kept_frame_ = newest_frame_; }
  void hold_kept(bool held);
  // The head as it was; null: as it is.
  void show_moment(const std::shared_ptr<const FormationMoment>& moment);
  const FormationMoment* moment() const { return moment_.get(); }
  bool holds_kept() const { return held_; }
  // The photo against the head, through the photo's own camera; turning away leaves it.
  void set_overlay(PhotoOverlay overlay);
  PhotoOverlay overlay() const { return scene_.overlay; }
  bool can_compare() const { return scene_.photo != nullptr && scene_.volume_version != 0; }
  DisplayMode mode() const { return scene_.mode; }
  const ViewState& view() const { return view_; }
  const ViewportScene& scene() const { return scene_; }
  const GlReport& gl_report() const { return gl_; }
  // The picture on screen is the best one for what is asked.
  bool settled() const;
  // The picture without what lies on it; null before there is a head.
  QImage still() const;
  // The head alone, with its opacity: the neural frame of this very camera. Null without one.
  QImage still_with_alpha() const;

 Q_SIGNALS:
  void camera_changed(const portrait::Camera& camera, bool resting);
  void mode_changed(portrait::DisplayMode mode);
  void overlay_changed(portrait::PhotoOverlay overlay);
  void open_requested();
  void sample_requested();
  void recovery_chosen(const QString& path);
  void recovery_discarded(const QString& path);

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  enum class Drag { kNone, kOrbit, kPan, kWipe };

  void on_gl_ready();
  void on_gl_failed(const QString& message);
  void adopt_canvas(ViewportCanvas* canvas);
  void view_changed(bool camera_moved);
  void rest();
  void choose_frame();
  void choose_volume();
  void fade_frame_to(float opacity);
  void push_scene();
  void place_children();
  void update_label();
  void update_note();
  bool wiping() const { return scene_.overlay == PhotoOverlay::kWipe; }
  void update_placeholder(bool empty, bool loading, const QString& activity);

  ViewState view_;
  ViewportScene scene_;
  std::shared_ptr<const NeuralFrame> newest_frame_;
  std::shared_ptr<const NeuralFrame> kept_frame_;  // A, to hold newer ones against
  std::shared_ptr<const BakedVolume> newest_volume_;
  std::uint64_t newest_version_ = 0;
  std::shared_ptr<const ProjectedViews> newest_views_;
  std::shared_ptr<const ViewMesh> newest_mesh_;
  std::shared_ptr<const FormationMoment> moment_;  // shown instead, if any
  bool held_ = false;                              // A is what is shown
  GlReport gl_;
  OffscreenRenderer* renderer_ = nullptr;  // while it is needed
  ViewportCanvas* canvas_ = nullptr;
  CanvasKind kind_;
  bool gl_failed_ = false;
  bool has_head_ = false;
  bool sample_available_ = false;
  QString loading_text_;
  Drag drag_ = Drag::kNone;
  QPointF drag_from_;
  double wipe_at_ = 0.5;
  QTimer rest_timer_;
  QVariantAnimation fade_;
  float fade_target_ = 0;

  Placeholder* placeholder_;
  SegmentedControl* modes_;
  PhotoControl* photo_;
  QLabel* label_;
  QLabel* note_;  // what the colours of a mode mean, or what it waits for
  RingGizmo* ring_;
  QWidget* divider_;
  Banner* banner_;
};

}  // namespace portrait
