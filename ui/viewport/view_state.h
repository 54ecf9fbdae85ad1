// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QString>

namespace portrait {

// kSeen: what of the surface the photo shows, and what was invented.
enum class DisplayMode { kColour, kNeural, kNormals, kDepth, kOpacity, kSeen, kMesh, kWireframe };
inline constexpr int kDisplayModes = 8;
// The photo against the head, through the photo's own camera.
enum class PhotoOverlay { kNone, kWipe, kOnion, kDifference };

// Where the artist looks from. The camera stands on the rig's sphere (or is the photo's own), and
// zoom and pan move its picture on the screen: the perspective of the portrait stays, and neural
// frames and the photo fit at every zoom.
class ViewState {
 public:
  static constexpr double kLeastZoom = 0.4;
  static constexpr double kMostZoom = 16;
  static constexpr double kSteepest = 89;  // degrees of elevation

  // Angles in degrees. Leaves the photo's camera.
  void orbit(double azimuth_deg, double elevation_deg);
  void look_from(const Viewpoint& viewpoint);
  void look_through(const Camera& camera);  // the photo's own camera
  void pan(const QPointF& by, const QSizeF& size);
  // Keeps what lies under `at` where it is.
  void zoom(double factor, const QPointF& at, const QSizeF& size);
  void reset();

  const Camera& camera() const { return camera_; }
  Viewpoint viewpoint() const;
  double zoom() const { return zoom_; }
  bool has_own_camera() const { return own_camera_; }

  // The square of the camera's frame on a widget of that size, in its pixels.
  QRectF frame_rect(const QSizeF& size) const;
  // "26° right · 2° up"
  QString describe() const;

 private:
  Viewpoint viewpoint_;
  Camera camera_ = rig_camera({});
  bool own_camera_ = false;
  double zoom_ = 1;
  QPointF pan_;  // in frame sides at zoom 1
};

// Do two cameras give the same picture? Angles within a tenth of a degree.
bool same_camera(const Camera& a, const Camera& b);

}  // namespace portrait
