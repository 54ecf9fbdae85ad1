// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/mesh_cleaning.h"

#include "core/base/thread_pool.h"
#include "core/mesh/mesh_connectivity.h"

#include <algorithm>

namespace portrait {
namespace {

// Neighbours of vertex v: of[start[v] .. start[v + 1]), ascending, each once.
struct Neighbours {
  std::vector<std::size_t> start;
  std::vector<std::uint32_t> of;
  std::vector<std::uint8_t> on_border;
};

Neighbours find_neighbours(const TriangleMesh& mesh) {
  const std::size_t n = mesh.positions.size();
  // Both directions of every side: an inner edge then names each neighbour twice.
  std::vector<std::size_t> start(n + 1, 0);
  for (const auto& t : mesh.triangles) {
    for (const std::uint32_t v : t) start[v + 1] += 2;
  }
  for (std::size_t v = 0; v < n; ++v) start[v + 1] += start[v];
  std::vector<std::uint32_t> all(start.back());
  std::vector<std::size_t> next(start.begin(), start.end() - 1);
  for (const auto& t : mesh.triangles) {
    for (int i = 0; i < 3; ++i) {
      const std::uint32_t a = t[i];
      const std::uint32_t b = t[(i + 1) % 3];
      all[next[a]++] = b;
      all[next[b]++] = a;
    }
  }
  Neighbours neighbours;
  neighbours.start.assign(n + 1, 0);
  neighbours.on_border.assign(n, 0);
  for (std::size_t v = 0; v < n; ++v) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(start[v]);
    const auto last = all.begin() + static_cast<std::ptrdiff_t>(start[v + 1]);
    std::sort(first, last);
    for (auto it = first; it != last;) {
      const auto group = std::find_if(it, last, [&](std::uint32_t w) { return w != *it; });
      if (group - it == 1) neighbours.on_border[v] = 1;
      neighbours.of.push_back(*it);
      it = group;
    }
    neighbours.start[v + 1] = neighbours.of.size();
  }
  return neighbours;
}

void smooth_once(const Neighbours& neighbours, float factor,
                 const std::vector<Eigen::Vector3f>& from, std::vector<Eigen::Vector3f>& to) {
  constexpr std::int64_t kGrain = 16384;
  parallel_for(std::int64_t(from.size()), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const std::size_t first = neighbours.start[v];
      const std::size_t last = neighbours.start[v + 1];
      to[v] = from[v];
      if (first == last || neighbours.on_border[v]) continue;
      Eigen::Vector3f mean = Eigen::Vector3f::Zero();
      for (std::size_t i = first; i < last; ++i) mean += from[neighbours.of[i]];
      mean /= float(last - first);
      to[v] += factor * (mean - from[v]);
    }
  });
}

}  // namespace

int keep_largest_component(TriangleMesh& mesh) {
  const Components components = connected_components(mesh);
  if (components.count < 2) return 0;
  std::vector<double> volume(components.count, 0.0);
  for (const auto& t : mesh.triangles) {
    volume[components.of_vertex[t[0]]] += six_volumes(mesh, t);
  }
  const auto largest =
      static_cast<std::int32_t>(std::max_element(volume.begin(), volume.end()) - volume.begin());
  std::erase_if(mesh.triangles,
                [&](const auto& t) { return components.of_vertex[t[0]] != largest; });
  drop_unused_vertices(mesh);
  return components.count - 1;
}

int drop_degenerate_triangles(TriangleMesh& mesh) {
  const auto removed = std::erase_if(mesh.triangles, [&](const auto& t) {
    return t[0] == t[1] || t[1] == t[2] || t[2] == t[0] || !(twice_area(mesh, t) > 0);
  });
  drop_unused_vertices(mesh);
  return static_cast<int>(removed);
}

void taubin_smooth(TriangleMesh& mesh, const SmoothingOptions& options) {
  if (mesh.empty() || options.iterations <= 0) return;
  const Neighbours neighbours = find_neighbours(mesh);
  std::vector<Eigen::Vector3f> other(mesh.positions.size());
  for (int i = 0; i < options.iterations; ++i) {
    smooth_once(neighbours, options.lambda, mesh.positions, other);
    smooth_once(neighbours, options.mu, other, mesh.positions);
  }
  compute_normals(mesh);
}

}  // namespace portrait
