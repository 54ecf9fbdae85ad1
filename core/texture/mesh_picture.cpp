// SPDX-License-Identifier: Apache-2.0
#include "core/texture/mesh_picture.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/resample.h"
#include "core/texture/triangle_raster.h"

#include <cstdint>

namespace portrait {
namespace {

// Calls at(pixel, triangle, weights, depth) for what is nearer than all before; weights are right
// in perspective: 1 / depth is linear in the picture, not depth.
template <typename At>
void draw(const TriangleMesh& mesh, const Camera& camera, int width, int height,
          std::vector<float>& depth, const At& at) {
  std::vector<Eigen::Vector3d> seen(mesh.positions.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const Projection p = project(camera, mesh.positions[i].cast<double>());
    seen[i] = {p.u * width, p.v * height, p.depth};
  }
  depth.assign(std::size_t(width) * std::size_t(height), 0.0F);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    const auto& triangle = mesh.triangles[t];
    const std::array<Eigen::Vector3d, 3> p = {seen[triangle[0]], seen[triangle[1]],
                                              seen[triangle[2]]};
    if (p[0].z() <= 0 || p[1].z() <= 0 || p[2].z() <= 0) continue;
    for_each_pixel_in({p[0].head<2>(), p[1].head<2>(), p[2].head<2>()}, width, height,
                      [&](int x, int y, const Eigen::Vector3d& flat) {
                        const Eigen::Vector3d inverse(flat.x() / p[0].z(), flat.y() / p[1].z(),
                                                      flat.z() / p[2].z());
                        const double z = 1 / inverse.sum();
                        const std::size_t pixel =
                            std::size_t(y) * std::size_t(width) + std::size_t(x);
                        if (depth[pixel] > 0 && depth[pixel] <= float(z)) return;
                        depth[pixel] = float(z);
                        at(pixel, t, Eigen::Vector3f((inverse * z).cast<float>()));
                      });
  }
}

}  // namespace

Image depth_of_mesh(const TriangleMesh& mesh, const Camera& camera, int width, int height) {
  Image out(width, height, 1);
  draw(mesh, camera, width, height, out.pixels, [](std::size_t, std::size_t, const auto&) {});
  return out;
}

Image picture_of_mesh(const TriangleMesh& mesh, const Image& texture, const Camera& camera,
                      int size) {
  const bool textured = !texture.empty();
  check(textured ? mesh.texcoords.size() == mesh.positions.size() && texture.channels >= 3
                 : mesh.colours.size() == mesh.positions.size(),
        ErrorCode::kBadUsage,
        "The mesh has neither places in a texture nor colours to be drawn by");
  const int fine = 2 * size;
  std::vector<float> depth;
  std::vector<std::int32_t> triangles(std::size_t(fine) * std::size_t(fine), -1);
  std::vector<Eigen::Vector3f> weights(triangles.size());
  draw(mesh, camera, fine, fine, depth,
       [&](std::size_t pixel, std::size_t triangle, const Eigen::Vector3f& w) {
         triangles[pixel] = std::int32_t(triangle);
         weights[pixel] = w;
       });
  Image out(size, size, 4);
  std::vector<float> texel(std::size_t(std::max(texture.channels, 3)));
  for (int y = 0; y < fine; ++y) {
    for (int x = 0; x < fine; ++x) {
      const std::size_t pixel = std::size_t(y) * std::size_t(fine) + std::size_t(x);
      if (triangles[pixel] < 0) continue;
      const auto& t = mesh.triangles[std::size_t(triangles[pixel])];
      const Eigen::Vector3f& w = weights[pixel];
      if (textured) {
        const Eigen::Vector2f place =
            w[0] * mesh.texcoords[t[0]] + w[1] * mesh.texcoords[t[1]] + w[2] * mesh.texcoords[t[2]];
        sample_bilinear(texture, place.x() * texture.width, place.y() * texture.height,
                        texel.data());
      } else {
        const Eigen::Vector3f linear =
            w[0] * mesh.colours[t[0]] + w[1] * mesh.colours[t[1]] + w[2] * mesh.colours[t[2]];
        for (int c = 0; c < 3; ++c) texel[std::size_t(c)] = srgb_of_linear(linear[c]);
      }
      float* to = out.at(x / 2, y / 2);
      for (int c = 0; c < 3; ++c) to[c] += texel[std::size_t(c)];
      to[3] += 0.25F;
    }
  }
  for (int i = 0; i < size * size; ++i) {
    float* to = out.pixels.data() + 4 * std::size_t(i);
    for (int c = 0; c < 3 && to[3] > 0; ++c) to[c] /= 4 * to[3];
  }
  return out;
}

}  // namespace portrait
