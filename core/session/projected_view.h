// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace portrait {

struct NeuralFrame;  // core/session/snapshot.h

// A resting neural frame made ready to be projected onto the head, so that a head that turns shows
// the detail of its frames: a byte a channel, and in the fourth how far the surface is, by which a
// point that this camera does not see is told from one that it does.
struct ProjectedView {
  Camera camera;
  bool of_photo = false;  // through the photo's own camera: what the photo saw
  int size = 0;           // pixels along an edge
  // size * size, top row first: R, G, B sRGB-encoded, the head's own colour; A: 0 = nothing there,
  // or the edge of something, 1 to 255 = `near` to `far`.
  std::vector<std::uint8_t> texels;
  float near = 0;  // distances along the unit ray, world units
  float far = 1;
  std::uint64_t version = 0;       // grows with every view of a session
  std::uint64_t head_version = 0;  // the head it shows, comparable with Snapshot::volume_version
};

using ProjectedViews = std::vector<std::shared_ptr<const ProjectedView>>;

// Texels, size and range of a frame with colour and depth; the depth may be of a smaller size. It
// is interpolated inside the head and never across its outline. Empty without a picture.
ProjectedView projected_view(const NeuralFrame& frame);

}  // namespace portrait
