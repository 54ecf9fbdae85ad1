// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/kernels/closing.h"
#include "core/reprojection/kernels/splat_point.h"
#include "core/reprojection/splat.h"
#include "core/reprojection/view_pair.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace portrait {
namespace {

constexpr float kVoid = std::numeric_limits<float>::infinity();

// Lifts the pixels of a view one by one, as the header tells it.
class Lifter {
 public:
  Lifter(const DrivingView& view, const SplatOptions& options)
      : view_(on_processor(view)), options_(options), maps_(lifted_maps(view_)) {}

  bool lifts(int x, int y) const {
    return is_surface(x, y) && !beside_a_step(x, y) && angle_deg(x, y) <= options_.max_angle_deg;
  }
  bool faces(int x, int y, const Eigen::Vector3d& from) const {
    return normal(x, y).dot(from - point(x, y)) >= 0;
  }
  Eigen::Vector3d point(int x, int y) const {
    const Ray ray = ray_of(x, y);
    return ray.origin + double(maps_.depth[index(x, y)]) * ray.direction;
  }

 private:
  std::int64_t index(int x, int y) const { return std::int64_t(y) * view_.width() + x; }
  Ray ray_of(int x, int y) const {
    return camera_ray(view_.camera, (x + 0.5) / view_.width(), (y + 0.5) / view_.height());
  }

  bool is_surface(int x, int y) const {
    if (x < 0 || y < 0 || x >= view_.width() || y >= view_.height()) return false;
    const std::int64_t at = index(x, y);
    return maps_.depth[at] > 0 && maps_.depth[at] <= kFarthestDepth &&
           (!maps_.opacity || maps_.opacity[at] >= float(options_.min_opacity)) &&
           (!maps_.segmentation || maps_.segmentation[at] >= 0.5F);
  }

  // The surface's point in the camera's own axes, z forward.
  Eigen::Vector3d local(int x, int y) const {
    return view_.camera.world_from_camera.block<3, 3>(0, 0).transpose() *
           (point(x, y) - view_.camera.position());
  }

  bool beside_a_step(int x, int y) const {
    const double here = local(x, y).z();
    const auto steps_to = [&](int there_x, int there_y, double focal_px) {
      if (!is_surface(there_x, there_y)) return false;
      const double there = local(there_x, there_y).z();
      return std::abs(here - there) > options_.max_step_px * std::min(here, there) / focal_px;
    };
    const double focal_x_px = view_.camera.focal_x * view_.width();
    const double focal_y_px = view_.camera.focal_y * view_.height();
    return steps_to(x - 1, y, focal_x_px) || steps_to(x + 1, y, focal_x_px) ||
           steps_to(x, y - 1, focal_y_px) || steps_to(x, y + 1, focal_y_px);
  }

  // Normal, in any length, from two tangents of the surface z(x, y) * (ax, ay, 1).
  Eigen::Vector3d normal(int x, int y) const {
    if (maps_.normals) {
      const std::int64_t plane = std::int64_t(view_.width()) * view_.height();
      const float* n = maps_.normals + index(x, y);
      return {n[0], n[plane], n[2 * plane]};
    }
    const Eigen::Vector3d here = local(x, y);
    const auto slope = [&](int dx, int dy) {
      const bool before = is_surface(x - dx, y - dy);
      const bool after = is_surface(x + dx, y + dy);
      if (!before && !after) return 0.0;
      const double low = before ? local(x - dx, y - dy).z() : here.z();
      const double high = after ? local(x + dx, y + dy).z() : here.z();
      return (high - low) / (before && after ? 2 : 1);
    };
    const Eigen::Vector3d ray = here / here.z();
    const Eigen::Vector3d along_x = slope(1, 0) * ray + here.z() /
                                                            (view_.camera.focal_x * view_.width()) *
                                                            Eigen::Vector3d::UnitX();
    const Eigen::Vector3d along_y =
        slope(0, 1) * ray +
        here.z() / (view_.camera.focal_y * view_.height()) * Eigen::Vector3d::UnitY();
    return view_.camera.world_from_camera.block<3, 3>(0, 0) * along_y.cross(along_x);
  }

  // Between the normal and the way back to the camera.
  double angle_deg(int x, int y) const {
    const Eigen::Vector3d n = normal(x, y);
    if (n.norm() == 0) return 0;
    const double cosine = n.normalized().dot(-ray_of(x, y).direction);
    return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi;
  }

  DrivingView view_;
  SplatOptions options_;
  LiftedMaps maps_;
};

// A map as it was before a pass, seen from one of its pixels.
struct Before {
  explicit Before(const SplatMap& map) : source(map.source.clone()), depth(map.depth.clone()) {}

  bool inside(int x, int y) const {
    return x >= 0 && y >= 0 && x < source.size(1) && y < source.size(0);
  }
  std::int32_t source_at(int x, int y) const { return source.accessor<std::int32_t, 2>()[y][x]; }
  float depth_at(int x, int y) const { return depth.accessor<float, 2>()[y][x]; }

  Tensor source;
  Tensor depth;
};

constexpr int kEnds[3][2] = {{1, 1}, {1, 2}, {2, 1}};  // pixels to the ends of a gap

void drop_hidden(SplatMap& map, float same_surface) {
  const Before was(map);
  const auto is_hidden = [&](int x, int y, int dx, int dy, const int* ends) {
    const int ax = x - ends[0] * dx, ay = y - ends[0] * dy;
    const int bx = x + ends[1] * dx, by = y + ends[1] * dy;
    if (!was.inside(ax, ay) || !was.inside(bx, by)) return false;
    const int a = was.source_at(ax, ay), b = was.source_at(bx, by);
    if (a < 0 || b < 0) return false;
    const int width = map.source_width;
    if (std::abs(a % width - b % width) > 1 || std::abs(a / width - b / width) > 1) return false;
    const float nearer = std::min(was.depth_at(ax, ay), was.depth_at(bx, by));
    const float farther = std::max(was.depth_at(ax, ay), was.depth_at(bx, by));
    return farther <= nearer * same_surface && was.depth_at(x, y) > farther * same_surface;
  };
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) {
      bool hidden = false;
      for (const auto& ends : kEnds) {
        hidden = hidden || is_hidden(x, y, 1, 0, ends) || is_hidden(x, y, 0, 1, ends) ||
                 is_hidden(x, y, 1, 1, ends) || is_hidden(x, y, -1, 1, ends);
      }
      if (!hidden) continue;
      map.source.accessor<std::int32_t, 2>()[y][x] = -1;
      map.depth.accessor<float, 2>()[y][x] = kVoid;
    }
  }
}

// Along rows (dx = 1) or columns (dy = 1).
void close_holes(SplatMap& map, int dx, int dy, int first_code, float same_surface) {
  const Before was(map);
  const auto is_void = [&](int x, int y) { return std::isinf(was.depth_at(x, y)); };
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) {
      if (!is_void(x, y)) continue;
      for (int number = 2; number >= 0; --number) {  // the first that fits has the last word
        const auto& [before, after] = kEnds[number];
        const int ax = x - before * dx, ay = y - before * dy;
        const int bx = x + after * dx, by = y + after * dy;
        if (!was.inside(ax, ay) || !was.inside(bx, by)) continue;
        if (is_void(ax, ay) || is_void(bx, by)) continue;
        if (before == 2 && !is_void(x - dx, y - dy)) continue;
        if (after == 2 && !is_void(x + dx, y + dy)) continue;
        const float a = was.depth_at(ax, ay), b = was.depth_at(bx, by);
        if (std::max(a, b) > std::min(a, b) * same_surface) continue;
        map.closing.accessor<std::uint8_t, 2>()[y][x] =
            static_cast<std::uint8_t>(first_code + number);
        map.depth.accessor<float, 2>()[y][x] = across_gap(Gap{before, after}, a, b);
      }
    }
  }
}

}  // namespace

SplatMap make_splat_reference(const DrivingView& view, const Camera& target, int width, int height,
                              const SplatOptions& options) {
  const SplatGeometry geometry = pair_geometry(view, target, width, height, options);
  SplatMap map{at::full({height, width}, -1, at::kInt), at::full({height, width}, kVoid),
               at::zeros({height, width}, at::kByte), view.width(), view.height()};
  auto* source = map.source.data_ptr<std::int32_t>();
  float* depth = map.depth.data_ptr<float>();
  const Lifter lifter(view, options);
  for (int y = 0; y < view.height(); ++y) {
    for (int x = 0; x < view.width(); ++x) {
      if (!lifter.lifts(x, y) || !lifter.faces(x, y, target.position())) continue;
      const Eigen::Vector3d point = lifter.point(x, y);
      const Projection at = project(target, point);
      const double u = at.u * width + kBorderShift, v = at.v * height + kBorderShift;
      if (!(at.depth > 0 && u >= 0 && v >= 0 && u < width && v < height)) continue;
      const std::int64_t pixel = std::int64_t(v) * width + std::int64_t(u);
      const auto distance = static_cast<float>((point - target.position()).norm());
      if (distance >= depth[pixel]) continue;
      depth[pixel] = distance;
      source[pixel] = y * view.width() + x;
    }
  }
  if (options.close_holes) {
    drop_hidden(map, geometry.same_surface);
    close_holes(map, 1, 0, kRowCode, geometry.same_surface);
    close_holes(map, 0, 1, kColumnCode, geometry.same_surface);
    close_holes(map, 1, 0, kSeamCode, geometry.same_surface);
  }
  return map;
}

}  // namespace portrait
