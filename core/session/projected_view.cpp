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

// Of neighbouring pixels of the depth map: more than the steepest surface worth projecting onto.
constexpr float kEdge = 0.05F;

// Is anything but one surface seen round a pixel? At edges a frame mixes what lies before and
// behind, and its colours would be drawn as a line onto the wrong one.
bool on_edge(const Image& depth, int x, int y) {
  const float d = *depth.at(x, y);
  for (int ny = std::max(0, y - 1); ny <= std::min(depth.height - 1, y + 1); ++ny) {
    for (int nx = std::max(0, x - 1); nx <= std::min(depth.width - 1, x + 1); ++nx) {
      const float other = *depth.at(nx, ny);
      if (other <= 0 || std::abs(other - d) > kEdge) return true;
    }
  }
  return false;
}

// The distance at (x, y) in pixels of the map, between pixels that see matter; 0 = nothing, or no
// telling.
float distance_at(const Image& depth, float x, float y) {
  const int nearest_x = std::clamp(int(std::floor(x)), 0, depth.width - 1);
  const int nearest_y = std::clamp(int(std::floor(y)), 0, depth.height - 1);
  if (*depth.at(nearest_x, nearest_y) <= 0 || on_edge(depth, nearest_x, nearest_y)) return 0;
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
