// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/triangle_mesh.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/image/colour.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <limits>

namespace portrait {

namespace {

constexpr std::int64_t kBlock = 4096;  // triangles

struct VertexRange {
  std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last = 0;
};

// Which vertices each block of triangles touches.
std::vector<VertexRange> ranges_of_blocks(const TriangleMesh& mesh) {
  const auto count = std::int64_t(mesh.triangles.size());
  std::vector<VertexRange> ranges((count + kBlock - 1) / kBlock);
  parallel_for(count, kBlock, [&](std::int64_t begin, std::int64_t end) {
    VertexRange range;
    for (std::int64_t i = begin; i < end; ++i) {
      const auto [a, b, c] = mesh.triangles[i];
      range.first = std::min(range.first, std::min(a, std::min(b, c)));
      range.last = std::max(range.last, std::max(a, std::max(b, c)));
    }
    ranges[begin / kBlock] = range;
  });
  return ranges;
}

// Adds the triangles from `first` to `last` to those of their vertices that keep() allows.
template <typename Keep>
void add_areas(TriangleMesh& mesh, std::int64_t first, std::int64_t last, const Keep& keep) {
  for (std::int64_t i = first; i < last; ++i) {
    const auto& t = mesh.triangles[i];
    const Eigen::Vector3f a = mesh.positions[t[0]];
    const Eigen::Vector3f twice_area = (mesh.positions[t[1]] - a).cross(mesh.positions[t[2]] - a);
    for (const std::uint32_t v : t) {
      if (keep(v)) mesh.normals[v] += twice_area;
    }
  }
}

}  // namespace

void compute_normals(TriangleMesh& mesh) {
  // Each thread sums up for vertices of its own, in triangle order: the sums must not depend on
  // the number of threads. It reads the blocks of triangles that touch them, which are few where
  // triangles that are neighbours in the list are so on the surface.
  const std::vector<VertexRange> blocks = ranges_of_blocks(mesh);
  const auto triangles = std::int64_t(mesh.triangles.size());
  mesh.normals.resize(mesh.positions.size());
  const auto vertices = std::int64_t(mesh.positions.size());
  parallel_slices(vertices, pool_threads(), [&](int, std::int64_t begin, std::int64_t end) {
    std::fill(mesh.normals.begin() + begin, mesh.normals.begin() + end, Eigen::Vector3f::Zero());
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (blocks[b].last < begin || blocks[b].first >= end) continue;
      const auto first = std::int64_t(b) * kBlock;
      const auto last = std::min(first + kBlock, triangles);
      if (blocks[b].first >= begin && blocks[b].last < end) {
        add_areas(mesh, first, last, [](std::uint32_t) { return true; });
      } else {
        add_areas(mesh, first, last, [&](std::uint32_t v) { return v >= begin && v < end; });
      }
    }
    for (std::int64_t v = begin; v < end; ++v) {
      Eigen::Vector3f& n = mesh.normals[v];
      const float length = n.norm();
      n = length > std::numeric_limits<float>::min() ? Eigen::Vector3f(n / length)
                                                     : Eigen::Vector3f::UnitZ();
    }
  });
}

void colour_vertices(TriangleMesh& mesh, const VertexColourFunction& colour, std::size_t batch) {
  check(batch > 0, ErrorCode::kBadUsage, "colour_vertices needs a batch of at least one vertex");
  std::vector<Eigen::Vector3f> linear;
  linear.reserve(mesh.positions.size());
  std::vector<Eigen::Vector3f> run;
  std::vector<Eigen::Vector3f> srgb;
  for (std::size_t first = 0; first < mesh.positions.size(); first += batch) {
    const std::size_t last = std::min(first + batch, mesh.positions.size());
    run.assign(mesh.positions.begin() + static_cast<std::ptrdiff_t>(first),
               mesh.positions.begin() + static_cast<std::ptrdiff_t>(last));
    srgb.assign(run.size(), Eigen::Vector3f::Zero());
    colour(run, srgb);
    check(srgb.size() == run.size(), ErrorCode::kInternal, "{} colours came back for {} vertices",
          srgb.size(), run.size());
    for (const Eigen::Vector3f& c : srgb) {
      linear.push_back(c.cwiseMax(0.0F).cwiseMin(1.0F).unaryExpr(&linear_of_srgb));
    }
  }
  mesh.colours = std::move(linear);
}

}  // namespace portrait
