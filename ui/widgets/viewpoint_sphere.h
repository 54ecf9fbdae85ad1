// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/widgets/sphere_painter.h"

#include <QString>
#include <QWidget>

#include <optional>

class QMenu;

namespace portrait {

// The ring as beads on a sphere round the head. A bead is dragged to move it; what is beside them
// is dragged to turn the sphere; a double click adds one. Delete, the wheel, the arrows and a menu
// do the rest. Each edit that is done is said once, as the setting's text.
class ViewpointSphere : public QWidget {
  Q_OBJECT

 public:
  explicit ViewpointSphere(QWidget* parent = nullptr);
  void show_ring(const Ring& ring);  // says nothing
  void set_camera(const Viewpoint& viewpoint);
  void set_photo(const std::optional<Viewpoint>& viewpoint);
  void set_locked(const std::vector<Viewpoint>& viewpoints);
  void set_current(int index);
  int current() const { return scene_.current; }
  const Ring& ring() const { return scene_.ring; }
  const RigView* current_view() const;  // null: none is
  bool is_locked(const Viewpoint& viewpoint) const;
  QPointF bead_at(int index) const;

  // Of the current bead.
  void weigh(double weight);
  void shift(int by);  // in order
  void remove();
  void add(const Viewpoint& at);
  void reset();  // the standard ring

  QSize sizeHint() const override { return {240, 220}; }

 Q_SIGNALS:
  void edited(const QString& viewpoints);
  void current_changed();  // another one, or another place or weight of it
  void look_requested(const portrait::Viewpoint& viewpoint);
  void export_requested(const portrait::Viewpoint& viewpoint);
  void bring_back_requested(const portrait::Viewpoint& viewpoint);
  void unlock_requested(const portrait::Viewpoint& viewpoint);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  bool focusNextPrevChild(bool next) override;

 private:
  enum class Hold { kNothing, kBead, kSphere };

  int bead_under(const QPointF& position) const;
  void hover(const QPointF& position);
  void nudge(double azimuth_deg, double elevation_deg);
  void commit(const std::optional<Ring>& edited, int current);
  void drop_hold(bool keep);
  void fill_bead_menu(QMenu& menu);

  SphereView view_;
  SphereScene scene_;
  Hold hold_ = Hold::kNothing;
  bool pulled_ = false;  // far enough not to be a click
  Ring before_;          // the ring when the bead was taken hold of
  QPointF pressed_, last_, grip_;
  bool far_side_ = false;
  int wheel_ = 0;
};

// "30° right · 10° up · weight 1.0"
QString describe(const RigView& view);

}  // namespace portrait
