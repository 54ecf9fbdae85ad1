// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/viewpoint_sphere.h"

#include "core/base/settings.h"
#include "ui/viewport/view_state.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kReach = 3;  // pixels beside a bead that hit it all the same

}  // namespace

QString describe(const RigView& view) {
  ViewState state;
  state.look_from(view.viewpoint);
  if (view.weight == 0) return ViewpointSphere::tr("%1 · muted").arg(state.describe());
  QString weight = QString::number(view.weight, 'g', 4);
  if (view.weight == std::round(view.weight)) weight += ".0";
  return ViewpointSphere::tr("%1 · weight %2").arg(state.describe(), weight);
}

ViewpointSphere::ViewpointSphere(QWidget* parent) : QWidget(parent), view_(QRectF(rect())) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setFixedHeight(sizeHint().height());
  setAccessibleName(tr("Sphere of viewpoints"));
  hover(QPointF(-1, -1));
}

void ViewpointSphere::show_ring(const Ring& ring) {
  hold_ = Hold::kNothing;
  scene_.ring = ring;
  scene_.hovered = -1;
  scene_.current = std::min(scene_.current, int(ring.size()) - 1);
  update();
  Q_EMIT current_changed();
}

void ViewpointSphere::set_camera(const Viewpoint& viewpoint) {
  scene_.camera = viewpoint;
  update();
}

void ViewpointSphere::set_photo(const std::optional<Viewpoint>& viewpoint) {
  if (scene_.photo == viewpoint) return;
  scene_.photo = viewpoint;
  update();
}

void ViewpointSphere::set_locked(const std::vector<Viewpoint>& viewpoints) {
  if (scene_.locked == viewpoints) return;
  scene_.locked = viewpoints;
  update();
}

bool ViewpointSphere::is_locked(const Viewpoint& viewpoint) const {
  return std::find(scene_.locked.begin(), scene_.locked.end(), viewpoint) != scene_.locked.end();
}

void ViewpointSphere::set_current(int index) {
  if (scene_.current == index) return;
  scene_.current = index;
  update();
  Q_EMIT current_changed();
}

const RigView* ViewpointSphere::current_view() const {
  return scene_.current < 0 ? nullptr : &scene_.ring[std::size_t(scene_.current)];
}

QPointF ViewpointSphere::bead_at(int index) const {
  return view_.place(scene_.ring.at(std::size_t(index)).viewpoint).at;
}

void ViewpointSphere::commit(const std::optional<Ring>& edited, int current) {
  if (!edited) return;
  scene_.ring = *edited;
  scene_.current = std::min(current, int(edited->size()) - 1);
  scene_.hovered = -1;
  update();
  Q_EMIT current_changed();
  Q_EMIT this->edited(QString::fromStdString(viewpoints_text(scene_.ring)));
}

void ViewpointSphere::weigh(double weight) {
  commit(weighted(scene_.ring, scene_.current, weight), scene_.current);
}

void ViewpointSphere::shift(int by) {
  commit(reordered(scene_.ring, scene_.current, scene_.current + by), scene_.current + by);
}

void ViewpointSphere::remove() {
  commit(without_view(scene_.ring, scene_.current), scene_.current);
}

void ViewpointSphere::add(const Viewpoint& at) {
  commit(with_view(scene_.ring, at), int(scene_.ring.size()));
}

void ViewpointSphere::reset() {
  const Ring standard = viewpoint_rig(Settings());
  if (viewpoints_text(standard) != viewpoints_text(scene_.ring)) commit(standard, -1);
}

// A step that ends on another bead goes on beyond it.
void ViewpointSphere::nudge(double azimuth_deg, double elevation_deg) {
  if (current_view() == nullptr) return;
  const Viewpoint from = current_view()->viewpoint;
  for (int steps = 1; steps <= int(scene_.ring.size()); ++steps) {
    const auto edited =
        moved(scene_.ring, scene_.current,
              {from.azimuth_deg + steps * azimuth_deg, from.elevation_deg + steps * elevation_deg});
    if (edited) return commit(edited, scene_.current);
  }
}

// Of several under the pointer the nearest to the artist.
int ViewpointSphere::bead_under(const QPointF& position) const {
  int found = -1;
  double nearest = -2;
  for (int i = 0; i < int(scene_.ring.size()); ++i) {
    const RigView& view = scene_.ring[std::size_t(i)];
    const auto [at, nearness] = view_.place(view.viewpoint);
    const double reach = SpherePainter::bead_radius(view, nearness) + kReach;
    const QPointF off = at - position;
    if (std::hypot(off.x(), off.y()) > reach || nearness < nearest) continue;
    nearest = nearness;
    found = i;
  }
  return found;
}

void ViewpointSphere::hover(const QPointF& position) {
  scene_.hovered = bead_under(position);
  setCursor(scene_.hovered >= 0 ? Qt::OpenHandCursor : Qt::ArrowCursor);
  setToolTip(scene_.hovered >= 0
                 ? describe(scene_.ring[std::size_t(scene_.hovered)])
                 : tr("<p>Drag a bead to move it, what is beside them to turn the sphere; "
                      "double-click to add one. The square is the photo's camera, the ring the "
                      "viewport's; lines lead from a view to those that it tells.</p>"
                      "<p>Keys: Tab, arrows (with Shift by 1°), + and − for the weight, Page up "
                      "and down for the order, Insert, Delete.</p>"));
  update();
}

void ViewpointSphere::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (!isEnabled()) painter.setOpacity(0.5);
  SpherePainter(painter, view_, scene_).paint();
}

void ViewpointSphere::resizeEvent(QResizeEvent*) {
  view_.set_area(QRectF(rect()));
}

}  // namespace portrait
