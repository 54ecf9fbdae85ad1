// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/marching_cubes.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/mesh/cube_cases.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace portrait {
namespace {

constexpr int kSlabLayers = 8;  // fixed, so that the work is cut the same on every machine
// A vertex stays this far (in edge lengths) from both ends of its edge: where a sample equals the
// threshold, the vertices round it would else fall together.
constexpr float kMargin = 0.01F;

// Where the surface is closed outside the box, in cells: enough to keep the rim's triangles sound.
constexpr float kCap = 0.05F;

// The nodes with one layer of empty ones round them: padded index p is node p - 1. The padding
// stands where the surface is closed.
class PaddedGrid {
 public:
  PaddedGrid(const DensityGrid& grid, float threshold) : grid_(grid), threshold_(threshold) {
    for (int a = 0; a < 3; ++a) {
      size_[a] = grid.dims[a] + 2;
      std::vector<float>& at = coordinates_[a];
      at.resize(size_[a]);
      const double low = grid.box.min()[a];
      const double step = (grid.box.max()[a] - low) / (grid.dims[a] - 1);
      for (int p = 0; p < size_[a]; ++p) at[p] = float(low + (p - 1) * step);
      at.front() = float(low - kCap * step);
      at.back() = float(grid.box.max()[a] + kCap * step);
    }
  }

  int size(int axis) const { return size_[axis]; }
  std::size_t plane_size() const { return std::size_t(size_[0]) * size_[1]; }

  // Inside flags of layer p, plane_size() bytes; rows[y] = whether row y has one.
  void classify(int p, std::vector<std::uint8_t>& flags, std::vector<std::uint8_t>& rows) const {
    flags.assign(plane_size(), 0);
    rows.assign(size_[1], 0);
    if (p == 0 || p == size_[2] - 1) return;
    for (int y = 1; y < size_[1] - 1; ++y) {
      const float* samples = row(y, p);
      std::uint8_t* out = flags.data() + std::size_t(y) * size_[0] + 1;
      std::uint8_t any = 0;
      for (int x = 0; x < grid_.dims[0]; ++x) {
        // An infinite density is as useless as a NaN; both are empty.
        const bool inside = samples[x] >= threshold_ && std::isfinite(samples[x]);
        out[x] = inside;
        any |= inside;
      }
      rows[y] = any;
    }
  }

  // The surface's point on the edge from a padded point along an axis.
  Eigen::Vector3f cross(std::array<int, 3> point, int axis) const {
    Eigen::Vector3f at(coordinates_[0][point[0]], coordinates_[1][point[1]],
                       coordinates_[2][point[2]]);
    std::array<int, 3> end = point;
    ++end[axis];
    const float upper = coordinates_[axis][end[axis]];
    if (point[axis] == 0) return at;
    if (end[axis] == size_[axis] - 1) {
      at[axis] = upper;
      return at;
    }
    const float a = sample(point);
    const float b = sample(end);
    // Where one side is not finite, the surface goes half way.
    float t = (threshold_ - a) / (b - a);
    t = std::isfinite(t) ? std::clamp(t, kMargin, 1 - kMargin) : 0.5F;
    at[axis] += t * (upper - at[axis]);
    return at;
  }

 private:
  const float* row(int y, int z) const {
    return grid_.density.data() + (std::size_t(z - 1) * grid_.dims[1] + (y - 1)) * grid_.dims[0];
  }
  float sample(const std::array<int, 3>& p) const { return row(p[1], p[2])[p[0] - 1]; }

  const DensityGrid& grid_;
  float threshold_;
  std::array<int, 3> size_{};
  std::array<std::vector<float>, 3> coordinates_;
};

// One layer of padded points: its flags and the vertices on the edges that start in it.
struct Layer {
  std::vector<std::uint8_t> inside;
  std::vector<std::uint8_t> rows;
  std::array<std::vector<std::uint32_t>, 3> vertex;  // by axis, per point; stale where not cut
};

// What a layer owns: vertices on its x and y edges, vertices on its z edges, and the triangles of
// the cubes above it. Numbered in this order, layer by layer.
struct LayerCounts {
  std::uint64_t flat = 0;
  std::uint64_t upward = 0;
  std::uint64_t triangles = 0;
};

class Extractor {
 public:
  Extractor(const PaddedGrid& grid, TriangleMesh& mesh)
      : grid_(grid), mesh_(mesh), nx_(grid.size(0)), ny_(grid.size(1)), nz_(grid.size(2)) {}

  void run() {
    std::vector<LayerCounts> counts(nz_);
    for_slabs([&](int first, int last) { count_slab(first, last, counts); });
    starts_.resize(nz_);
    std::uint64_t vertices = 0;
    std::uint64_t triangles = 0;
    for (int p = 0; p < nz_; ++p) {
      starts_[p] = {vertices, vertices + counts[p].flat, triangles};
      vertices += counts[p].flat + counts[p].upward;
      triangles += counts[p].triangles;
    }
    check(vertices <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::kBadUsage,
          "The surface needs {} vertices, more than an index can count; use a coarser grid",
          vertices);
    mesh_.positions.resize(vertices);
    mesh_.triangles.resize(triangles);
    for_slabs([&](int first, int last) { emit_slab(first, last); });
  }

 private:
  template <typename Body>
  void for_slabs(const Body& body) {
    const int slabs = (nz_ + kSlabLayers - 1) / kSlabLayers;
    parallel_for(slabs, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t s = begin; s < end; ++s) {
        body(int(s) * kSlabLayers, std::min(nz_, int(s + 1) * kSlabLayers));
      }
    });
  }

  // Calls visit(x, y) for every point whose x or y edge is cut, with the axis.
  template <typename Visit>
  void visit_flat(const Layer& layer, const Visit& visit) const {
    for (int y = 0; y < ny_; ++y) {
      const bool next_row = y + 1 < ny_;
      if (!layer.rows[y] && !(next_row && layer.rows[y + 1])) continue;
      const std::uint8_t* here = layer.inside.data() + std::size_t(y) * nx_;
      for (int x = 0; x < nx_; ++x) {
        if (x + 1 < nx_ && here[x] != here[x + 1]) visit(x, y, 0);
        if (next_row && here[x] != here[x + nx_]) visit(x, y, 1);
      }
    }
  }

  template <typename Visit>
  void visit_upward(const Layer& low, const Layer& high, const Visit& visit) const {
    for (int y = 0; y < ny_; ++y) {
      if (!low.rows[y] && !high.rows[y]) continue;
      const std::size_t row = std::size_t(y) * nx_;
      for (int x = 0; x < nx_; ++x) {
        if (low.inside[row + x] != high.inside[row + x]) visit(x, y);
      }
    }
  }

  // Calls visit(x, y, case) for every cube between two layers that the surface passes.
  template <typename Visit>
  void visit_cubes(const Layer& low, const Layer& high, const Visit& visit) const {
    for (int y = 0; y + 1 < ny_; ++y) {
      if (!low.rows[y] && !low.rows[y + 1] && !high.rows[y] && !high.rows[y + 1]) continue;
      const std::uint8_t* a = low.inside.data() + std::size_t(y) * nx_;
      const std::uint8_t* b = high.inside.data() + std::size_t(y) * nx_;
      const auto column = [&](int x) {
        return a[x] | a[x + nx_] << 2 | b[x] << 4 | b[x + nx_] << 6;
      };
      int left = column(0);
      for (int x = 0; x + 1 < nx_; ++x) {
        const int right = column(x + 1);
        const int bits = left | right << 1;
        left = right;
        if (bits != 0 && bits != 255) visit(x, y, bits);
      }
    }
  }

  void count_slab(int first, int last, std::vector<LayerCounts>& counts) const {
    const auto& cases = cube_cases();
    Layer low;
    Layer high;
    grid_.classify(first, low.inside, low.rows);
    for (int p = first; p < last; ++p) {
      LayerCounts& count = counts[p];
      visit_flat(low, [&](int, int, int) { ++count.flat; });
      if (p + 1 == nz_) break;
      grid_.classify(p + 1, high.inside, high.rows);
      visit_upward(low, high, [&](int, int) { ++count.upward; });
      visit_cubes(low, high, [&](int, int, int bits) { count.triangles += cases[bits].size(); });
      std::swap(low, high);
    }
  }

  void prepare(int p, Layer& layer) const {
    grid_.classify(p, layer.inside, layer.rows);
    for (auto& indices : layer.vertex) indices.resize(grid_.plane_size());
    std::uint64_t next = starts_[p].flat;
    visit_flat(layer, [&](int x, int y, int axis) {
      layer.vertex[axis][std::size_t(y) * nx_ + x] = std::uint32_t(next++);
    });
  }

  void emit_slab(int first, int last) const {
    Layer low;
    Layer high;
    prepare(first, low);
    for (int p = first; p < last; ++p) {
      visit_flat(low, [&](int x, int y, int axis) {
        mesh_.positions[low.vertex[axis][std::size_t(y) * nx_ + x]] = grid_.cross({x, y, p}, axis);
      });
      if (p + 1 == nz_) break;
      prepare(p + 1, high);
      std::uint64_t next = starts_[p].upward;
      visit_upward(low, high, [&](int x, int y) {
        mesh_.positions[next] = grid_.cross({x, y, p}, 2);
        low.vertex[2][std::size_t(y) * nx_ + x] = std::uint32_t(next++);
      });
      emit_cubes(p, low, high);
      std::swap(low, high);
    }
  }

  void emit_cubes(int p, const Layer& low, const Layer& high) const {
    const auto& cases = cube_cases();
    const auto& edges = cube_edges();
    std::uint64_t next = starts_[p].triangles;
    visit_cubes(low, high, [&](int x, int y, int bits) {
      for (const auto& triangle : cases[bits]) {
        std::array<std::uint32_t, 3> out{};
        for (int i = 0; i < 3; ++i) {
          const CubeEdge& edge = edges[triangle[i]];
          const std::size_t point =
              std::size_t(y + (edge.from >> 1 & 1)) * nx_ + x + (edge.from & 1);
          const Layer& layer = (edge.from >> 2 & 1) != 0 ? high : low;
          out[i] = layer.vertex[edge.axis][point];
        }
        mesh_.triangles[next++] = out;
      }
    });
  }

  const PaddedGrid& grid_;
  TriangleMesh& mesh_;
  int nx_;
  int ny_;
  int nz_;
  std::vector<LayerCounts> starts_;
};

}  // namespace

TriangleMesh marching_cubes(const DensityGrid& grid, float threshold) {
  std::size_t nodes = 1;
  for (int a = 0; a < 3; ++a) {
    check(grid.dims[a] >= 2, ErrorCode::kBadUsage,
          "A density grid of {} x {} x {} nodes spans no volume; each size must be at least 2",
          grid.dims[0], grid.dims[1], grid.dims[2]);
    check(grid.box.max()[a] > grid.box.min()[a], ErrorCode::kBadUsage,
          "The density grid's box is empty: {} to {} along axis {}", grid.box.min()[a],
          grid.box.max()[a], a);
    nodes *= std::size_t(grid.dims[a]);
  }
  check(grid.density.size() == nodes, ErrorCode::kBadUsage,
        "A density grid of {} x {} x {} nodes needs as many values, found {}", grid.dims[0],
        grid.dims[1], grid.dims[2], grid.density.size());
  check(std::isfinite(threshold), ErrorCode::kBadUsage,
        "The surface's threshold must be a finite density, found {}", threshold);
  TriangleMesh mesh;
  const PaddedGrid padded(grid, threshold);
  Extractor(padded, mesh).run();
  compute_normals(mesh);
  return mesh;
}

float largest_density(const DensityGrid& grid) {
  float largest = 0;
  for (const float d : grid.density) {
    if (std::isfinite(d)) largest = std::max(largest, d);
  }
  return largest;
}

}  // namespace portrait
