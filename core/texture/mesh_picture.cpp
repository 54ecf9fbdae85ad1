// SPDX-License-Identifier: Apache-2.0
#include "core/texture/mesh_picture.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/image/colour.h"
#include "core/image/resample.h"
#include "core/texture/triangle_raster.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace portrait {
namespace {

// Vertices in pixels of a width x height picture, and their depths.
std::vector<Eigen::Vector3d> seen_by(const TriangleMesh& mesh, const Camera& camera, int width,
                                     int height) {
  std::vector<Eigen::Vector3d> seen(mesh.positions.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const Projection p = project(camera, mesh.positions[i].cast<double>());
    seen[i] = {p.u * width, p.v * height, p.depth};
  }
  return seen;
}

FlatCorners flat(const std::array<std::uint32_t, 3>& t, const std::vector<Eigen::Vector3d>& seen) {
  return {seen[t[0]].head<2>(), seen[t[1]].head<2>(), seen[t[2]].head<2>()};
}

// Shares of the corners divided by their depths, from weights in the plane of the picture: 1 /
// depth is linear there, depth is not. Their sum is 1 over the depth of the place.
Eigen::Vector3d over_depth(const Eigen::Vector3d& weights, const std::array<std::uint32_t, 3>& t,
                           const std::vector<Eigen::Vector3d>& seen) {
  return {weights.x() / seen[t[0]].z(), weights.y() / seen[t[1]].z(), weights.z() / seen[t[2]].z()};
}

// Fills in the depths; calls at(pixel, triangle) for what is nearer than all before.
template <typename At>
void draw(const TriangleMesh& mesh, const std::vector<Eigen::Vector3d>& seen, Image& depth,
          const At& at) {
  for (std::size_t number = 0; number < mesh.triangles.size(); ++number) {
    const auto& t = mesh.triangles[number];
    if (!(seen[t[0]].z() > 0 && seen[t[1]].z() > 0 && seen[t[2]].z() > 0)) continue;
    for_each_pixel_in(flat(t, seen), depth.width, depth.height,
                      [&](int x, int y, const Eigen::Vector3d& weights) {
                        const auto z = float(1 / over_depth(weights, t, seen).sum());
                        float& nearest = *depth.at(x, y);
                        if (nearest > 0 && nearest <= z) return;
                        nearest = z;
                        at(x, y, number);
                      });
  }
}

}  // namespace

Image depth_of_mesh(const TriangleMesh& mesh, const Camera& camera, int width, int height) {
  Image out(width, height, 1);
  draw(mesh, seen_by(mesh, camera, width, height), out, [](int, int, std::size_t) {});
  return out;
}

Image picture_of_mesh(const TriangleMesh& mesh, const Image& texture, const Camera& camera,
                      int size) {
  const bool textured = !texture.empty();
  check(textured ? mesh.texcoords.size() == mesh.positions.size() && texture.channels >= 3
                 : mesh.colours.size() == mesh.positions.size(),
        ErrorCode::kBadUsage,
        "The mesh has neither places in a texture nor colours to be drawn by");
  check(size >= 1, ErrorCode::kBadUsage, "A picture of {} pixels a side was asked for", size);
  const int fine = 2 * size;
  const std::vector<Eigen::Vector3d> seen = seen_by(mesh, camera, fine, fine);
  std::vector<std::int32_t> triangles(std::size_t(fine) * std::size_t(fine), -1);
  const auto sample = [&](int x, int y) {
    return std::size_t(y) * std::size_t(fine) + std::size_t(x);
  };
  {
    Image depth(fine, fine, 1);
    draw(mesh, seen, depth,
         [&](int x, int y, std::size_t t) { triangles[sample(x, y)] = std::int32_t(t); });
  }
  // Encoded colour of a sample of a triangle.
  const auto colour = [&](int x, int y, const std::array<std::uint32_t, 3>& t, float* rgb) {
    const FlatCorners corners = flat(t, seen);
    const Eigen::Vector3d inverse =
        over_depth(weights_in(corners, signed_twice_area(corners), {x + 0.5, y + 0.5}), t, seen);
    const Eigen::Vector3f w = (inverse / inverse.sum()).cast<float>();
    if (textured) {
      const Eigen::Vector2f place =
          w[0] * mesh.texcoords[t[0]] + w[1] * mesh.texcoords[t[1]] + w[2] * mesh.texcoords[t[2]];
      sample_bilinear(texture, place.x() * texture.width, place.y() * texture.height, rgb);
      return;
    }
    const Eigen::Vector3f linear =
        w[0] * mesh.colours[t[0]] + w[1] * mesh.colours[t[1]] + w[2] * mesh.colours[t[2]];
    for (int c = 0; c < 3; ++c) rgb[c] = srgb_of_linear(linear[c]);
  };
  Image out(size, size, 4);
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> rgb(std::size_t(std::max(texture.channels, 3)));
    for (int y = 2 * int(begin); y < 2 * int(end); ++y) {
      for (int x = 0; x < fine; ++x) {
        const std::int32_t triangle = triangles[sample(x, y)];
        if (triangle < 0) continue;
        colour(x, y, mesh.triangles[std::size_t(triangle)], rgb.data());
        float* to = out.at(x / 2, y / 2);
        for (std::size_t c = 0; c < 3; ++c) to[c] += rgb[c];
        to[3] += 0.25F;
      }
    }
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < size; ++x) {
        float* to = out.at(x, y);
        for (int c = 0; c < 3 && to[3] > 0; ++c) to[c] /= 4 * to[3];
      }
    }
  });
  return out;
}

}  // namespace portrait
