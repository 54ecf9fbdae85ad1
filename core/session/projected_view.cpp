// SPDX-License-Identifier: Apache-2.0
#include "core/session/projected_view.h"

#include "core/base/image.h"
#include "core/session/snapshot.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// The head and its hair lie within this of the cube's middle.
constexpr double kReach = 0.75;

// The distance at (x, y) in pixels of the map, 0 = nothing: of the surface that the nearest pixel
// sees, between pixels that see matter.
float distance_at(const Image& depth, float x, float y) {
  const int nearest_x = std::clamp(int(std::floor(x)), 0, depth.width - 1);
  const int nearest_y = std::clamp(int(std::floor(y)), 0, depth.height - 1);
  if (*depth.at(nearest_x, nearest_y) <= 0) return 0;
  const float fx = x - 0.5F;
  const float fy = y - 0.5F;
  const int x0 = int(std::floor(fx));
  const int y0 = int(std::floor(fy));
  float sum = 0;
  float weights = 0;
  for (int i = 0; i < 4; ++i) {
    const int px = std::clamp(x0 + i % 2, 0, depth.width - 1);
    const int py = std::clamp(y0 + i / 2, 0, depth.height - 1);
    const float d = *depth.at(px, py);
    if (d <= 0) continue;
    const float wx = i % 2 == 1 ? fx - float(x0) : 1 - (fx - float(x0));
    const float wy = i / 2 == 1 ? fy - float(y0) : 1 - (fy - float(y0));
    sum += wx * wy * d;
    weights += wx * wy;
  }
  return weights > 0 ? sum / weights : 0;
}

std::uint8_t to_byte(float v) {
  return std::uint8_t(std::clamp(v, 0.0F, 1.0F) * 255.0F + 0.5F);
}

}  // namespace

ProjectedView projected_view(const NeuralFrame& frame) {
  ProjectedView view;
  view.camera = frame.camera;
  view.version = frame.version;
  view.head_version = frame.head_version;
  const Image& rgba = frame.rgba;
  const bool whole = !rgba.empty() && rgba.width == rgba.height && rgba.channels == 4 &&
                     !frame.depth.empty() && frame.depth.channels == 1;
  if (!whole) return view;
  const double distance = frame.camera.position().norm();
  view.near = float(std::max(0.0, distance - kReach));
  view.far = float(distance + kReach);
  view.size = rgba.width;
  view.texels.resize(std::size_t(4) * rgba.width * rgba.height);
  const float scale_x = float(frame.depth.width) / float(rgba.width);
  const float scale_y = float(frame.depth.height) / float(rgba.height);
  std::uint8_t* texel = view.texels.data();
  for (int y = 0; y < rgba.height; ++y) {
    for (int x = 0; x < rgba.width; ++x, texel += 4) {
      const float* pixel = rgba.at(x, y);
      for (int c = 0; c < 3; ++c) texel[c] = to_byte(pixel[c]);
      const float d =
          distance_at(frame.depth, (float(x) + 0.5F) * scale_x, (float(y) + 0.5F) * scale_y);
      if (d <= 0) continue;
      const float part = (d - view.near) / (view.far - view.near);
      texel[3] = std::uint8_t(std::clamp(std::lround(1 + 254 * part), 1L, 255L));
    }
  }
  return view;
}

}  // namespace portrait
