// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/session/projected_view.h"
#include "ui/viewport/view_state.h"

#include <QRectF>
#include <QSize>

#include <cstdint>
#include <memory>

namespace portrait {

struct BakedVolume;
struct NeuralFrame;
struct PhotoInfo;
struct ViewMesh;

// All that one picture of the viewport shows. A value: handed to whatever thread draws.
struct ViewportScene {
  std::shared_ptr<const BakedVolume> volume;
  std::uint64_t volume_version = 0;
  std::shared_ptr<const NeuralFrame> frame;
  float frame_opacity = 0;  // of the neural frame over the volume
  std::shared_ptr<const PhotoInfo> photo;
  PhotoOverlay overlay = PhotoOverlay::kNone;
  float wipe = 0.5F;        // left of this part of the width stands the photo
  float onion = 0.5F;       // opacity of the photo over the head
  float gain = 4;           // of the difference
  std::shared_ptr<const ProjectedViews> views;  // null: the volume's own colours
  std::shared_ptr<const ViewMesh> mesh;
  bool past = false;        // a moment of the formation, which has neither
  Camera camera;
  QRectF frame_rect;        // the camera's square, device pixels
  QSize size;               // device pixels
  DisplayMode mode = DisplayMode::kColour;
  bool moving = false;      // speed before sharpness
  bool yield = false;       // the worker is busy: redraw seldom while nothing moves
};

// The range of distances that the depth view spreads over its greys: the cube's bounding ball.
struct DepthRange {
  float near;
  float far;
};
DepthRange depth_range_of(const Camera& camera);

}  // namespace portrait
