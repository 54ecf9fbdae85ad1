// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/image/colour.h"
#include "core/mesh/triangle_mesh.h"

#include <cmath>
#include <numbers>
#include <optional>

namespace portrait {

// A ball about the origin whose colour is known at every place, so that textures have a truth.
inline constexpr float kBallRadius = 0.35F;

// sRGB-encoded: a broad gradient and stripes finer than the band that views share.
inline Eigen::Vector3f ball_colour(const Eigen::Vector3f& place) {
  const float stripes = 0.15F * std::sin(300 * place.y()) * std::sin(300 * place.x() + 1);
  return {0.5F + 0.6F * place.x() + stripes, 0.5F + 0.6F * place.y() - stripes,
          0.5F + 0.6F * place.z()};
}

// By longitude and latitude, cut at the back; vertices of the cut stand double.
inline TriangleMesh ball_mesh(int around = 192, int upward = 96) {
  TriangleMesh mesh;
  constexpr float kPi = std::numbers::pi_v<float>;
  for (int j = 0; j <= upward; ++j) {
    for (int i = 0; i <= around; ++i) {
      const float u = float(i) / float(around);
      const float v = float(j) / float(upward);
      const float longitude = 2 * kPi * (u - 0.5F);
      const float latitude = kPi * (0.5F - v);
      const Eigen::Vector3f normal(std::sin(longitude) * std::cos(latitude), std::sin(latitude),
                                   std::cos(longitude) * std::cos(latitude));
      mesh.positions.push_back(kBallRadius * normal);
      mesh.normals.push_back(normal);
      mesh.texcoords.emplace_back(u, v);
    }
  }
  mesh.colours.assign(mesh.positions.size(), Eigen::Vector3f::Zero());
  const auto at = [&](int i, int j) { return std::uint32_t(j * (around + 1) + i); };
  for (int j = 0; j < upward; ++j) {
    for (int i = 0; i < around; ++i) {
      if (j + 1 < upward) mesh.triangles.push_back({at(i, j), at(i, j + 1), at(i + 1, j + 1)});
      if (j > 0) mesh.triangles.push_back({at(i, j), at(i + 1, j + 1), at(i + 1, j)});
    }
  }
  return mesh;
}

// Where a ray meets the ball.
inline std::optional<Eigen::Vector3f> on_ball(const Ray& ray) {
  const double along = -ray.origin.dot(ray.direction);
  const double off = ray.origin.squaredNorm() - along * along;
  const double inside = double(kBallRadius) * kBallRadius - off;
  if (inside < 0) return std::nullopt;
  return Eigen::Vector3d(ray.origin + (along - std::sqrt(inside)) * ray.direction).cast<float>();
}

// What a camera sees of it, one ray a pixel.
inline Image ball_picture(const Camera& camera, int size) {
  Image out(size, size, 4);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto place = on_ball(camera_ray(camera, (x + 0.5) / size, (y + 0.5) / size));
      if (!place) continue;
      const Eigen::Vector3f colour = ball_colour(*place);
      std::copy_n(colour.data(), 3, out.at(x, y));
      out.at(x, y)[3] = 1;
    }
  }
  return out;
}

// A square of the given half side that faces +Z at height z, its texture upright.
inline TriangleMesh square_mesh(float half, float z) {
  TriangleMesh mesh;
  for (const auto& [x, y] : {std::pair{-1, 1}, {-1, -1}, {1, -1}, {1, 1}}) {
    mesh.positions.emplace_back(float(x) * half, float(y) * half, z);
    mesh.normals.emplace_back(0, 0, 1);
    mesh.texcoords.emplace_back(0.5F + 0.5F * float(x), 0.5F - 0.5F * float(y));
    mesh.colours.emplace_back(0.25F, 0.25F, 0.25F);
  }
  mesh.triangles = {{0, 1, 2}, {0, 2, 3}};
  return mesh;
}

}  // namespace portrait
