// SPDX-License-Identifier: Apache-2.0
// Views with known surfaces.
#pragma once

#include "core/nn/torch.h"

#include "core/base/random.h"
#include "core/base/thread_pool.h"
#include "core/reprojection/splat.h"

#include <cmath>
#include <functional>
#include <limits>

namespace portrait {

inline constexpr float kNoDepth = std::numeric_limits<float>::infinity();

inline float& at2(const Tensor& map, std::int64_t y, std::int64_t x) {
  return map.data_ptr<float>()[y * map.size(1) + x];
}

// Depth of each pixel's ray by `meet`, which returns the distance to the surface.
inline DrivingView view_of(const Camera& camera, int width, int height,
                           const std::function<double(const Ray&)>& meet) {
  DrivingView view;
  view.camera = camera;
  view.depth = at::empty({height, width});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      at2(view.depth, y, x) =
          static_cast<float>(meet(camera_ray(camera, (x + 0.5) / width, (y + 0.5) / height)));
    }
  }
  return view;
}

// Distance to the plane normal . p = offset.
inline double meet_plane(const Ray& ray, const Eigen::Vector3d& normal, double offset) {
  const double t = (offset - normal.dot(ray.origin)) / normal.dot(ray.direction);
  return t > 0 ? t : kNoDepth;
}

// Distance to a ball round `centre`; infinite where the ray misses.
inline double meet_ball(const Ray& ray, const Eigen::Vector3d& centre, double radius) {
  const Eigen::Vector3d from = ray.origin - centre;
  const double half = from.dot(ray.direction);
  const double root = half * half - from.squaredNorm() + radius * radius;
  return root < 0 ? kNoDepth : -half - std::sqrt(root);
}

inline DrivingView ball_view(const Camera& camera, int width, double radius = 0.4) {
  return view_of(camera, width, width,
                 [=](const Ray& ray) { return meet_ball(ray, Eigen::Vector3d::Zero(), radius); });
}

// Everything a depth map can have: slopes, steps, equal depths, holes, and what is not a number.
inline DrivingView random_view(int width, int height, std::uint64_t seed) {
  RandomStream random({seed, random_purpose("test view"), 0, 0});
  DrivingView view;
  view.camera = rig_camera({random.uniform(-20, 20), random.uniform(-10, 10)});
  view.depth = at::empty({height, width});
  view.opacity = at::empty({height, width});
  view.segmentation = at::ones({height, width});
  const double tilt_x = random.uniform(-0.3, 0.3);
  const double tilt_y = random.uniform(-0.3, 0.3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double slope = tilt_x * x / width + tilt_y * y / height;
      const int layer = (x / 7 + y / 5) % 4;
      double depth = 2.5 + (layer == 3 ? 0.25 : 0) + (layer == 1 ? 0 : slope);
      if (random.chance(0.02)) depth += random.uniform(-0.3, 0.3);
      at2(view.depth, y, x) = static_cast<float>(depth);
      if (random.chance(0.01)) at2(view.depth, y, x) = kNoDepth;
      if (random.chance(0.01)) at2(view.depth, y, x) = std::nanf("");
      if (random.chance(0.01)) at2(view.depth, y, x) = -1;
      at2(view.opacity, y, x) = random.chance(0.05) ? 0.3F : 0.9F;
      if (random.chance(0.03)) at2(view.segmentation, y, x) = 0;
    }
  }
  return view;
}

inline bool same(const SplatMap& a, const SplatMap& b) {
  return at::equal(a.source, b.source) && at::equal(a.depth, b.depth) &&
         at::equal(a.closing, b.closing) && a.source_width == b.source_width &&
         a.source_height == b.source_height;
}

// Inside a chunk of the pool, nested calls run on its one thread.
inline void on_one_thread(const std::function<void()>& work) {
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t) {
    if (begin == 0) work();
  });
}

}  // namespace portrait
