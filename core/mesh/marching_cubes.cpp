// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/marching_cubes.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/mesh/cube_cases.h"
#include "core/mesh/edge_points.h"
#include "core/mesh/inside_bits.h"
#include "core/mesh/surface_rows.h"
#include "core/mesh/vertex_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr int kSlabLayers = 8;  // a slab numbers one more, which its last cubes stand under

// What a layer owns: vertices on its x and y edges, vertices on its z edges, and the triangles of
// the cubes above it. Numbered in this order, layer by layer.
struct LayerCounts {
  std::uint64_t flat = 0;
  std::uint64_t upward = 0;
  std::uint64_t triangles = 0;
};

class Extractor {
 public:
  Extractor(const DensityGrid& grid, float threshold, TriangleMesh& mesh)
      : grid_(grid),
        threshold_(threshold),
        mesh_(mesh),
        bits_(grid.dims),
        points_(grid, threshold),
        layers_(bits_.size(2) - 1),
        counts_(layers_),
        shares_((layers_ + kSlabLayers - 1) / kSlabLayers) {}

  void run() {
    for_slabs([&](int slab, int first, int last) {
      std::vector<float> shares;  // not in place: neighbours share a cache line
      for (int p = first; p < last; ++p) {
        bits_.classify(grid_, threshold_, p);
        if (p > first) survey_layer(p - 1, shares);
      }
      shares_[slab] = std::move(shares);
    });
    // The last layer of a slab waits for the next slab's first.
    for_slabs([&](int slab, int, int last) {
      std::vector<float> shares = std::move(shares_[slab]);
      survey_layer(last - 1, shares);
      shares_[slab] = std::move(shares);
    });
    number();
    for_slabs([&](int slab, int first, int last) { emit_slab(slab, first, last); });
  }

 private:
  // From the counts of layers to where what they own begins.
  void number() {
    starts_.resize(layers_);
    std::uint64_t vertices = 0;
    std::uint64_t triangles = 0;
    for (int p = 0; p < layers_; ++p) {
      starts_[p] = {vertices, vertices + counts_[p].flat, triangles};
      vertices += counts_[p].flat + counts_[p].upward;
      triangles += counts_[p].triangles;
    }
    check(vertices <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::kBadUsage,
          "The surface needs {} vertices, more than an index can count; use a coarser grid",
          vertices);
    mesh_.positions.resize(vertices);
    mesh_.triangles.resize(triangles);
  }

  template <typename Body>
  void for_slabs(const Body& body) const {
    parallel_for(std::int64_t(shares_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t s = begin; s < end; ++s) {
        body(int(s), int(s) * kSlabLayers, std::min(layers_, int(s + 1) * kSlabLayers));
      }
    });
  }

  // Counts what a layer owns, and finds where its edges are cut while their samples are at hand.
  void survey_layer(int p, std::vector<float>& shares) {
    LayerCounts count;
    for (int y = 0; y + 1 < bits_.size(1); ++y) {
      visit_row(bits_, y, p, [&](int first, const RowWord& word) {
        visit_cuts(word, [&](int bit, bool x_cut, bool y_cut, bool z_cut) {
          if (x_cut) shares.push_back(points_.share<0>(first + bit, y, p));
          if (y_cut) shares.push_back(points_.share<1>(first + bit, y, p));
          if (z_cut) shares.push_back(points_.share<2>(first + bit, y, p));
          count.flat += int(x_cut) + int(y_cut);
          count.upward += int(z_cut);
        });
        visit_bits(word.cubes, [&](int x) { count.triangles += cases_.count(word.cube_case(x)); });
      });
    }
    counts_[p] = count;
  }

  void emit_slab(int slab, int first, int last) const {
    VertexNumbers numbers(bits_.size(0), bits_.size(1));
    const float* shares = shares_[slab].data();
    shares = number_layer(first, shares, numbers);
    for (int p = first; p < last; ++p) {
      if (p + 1 < layers_) shares = number_layer(p + 1, p + 1 < last ? shares : nullptr, numbers);
      emit_cubes(p, numbers);
    }
  }

  // Numbers a layer's vertices, and places them where shares are given; returns those behind.
  const float* number_layer(int p, const float* shares, VertexNumbers& numbers) const {
    std::uint64_t flat = starts_[p].flat;
    std::uint64_t upward = starts_[p].upward;
    for (int y = 0; y + 1 < bits_.size(1); ++y) {
      visit_row(bits_, y, p, [&](int first, const RowWord& word) {
        std::uint32_t* out = numbers.at(first, y, p);
        visit_cuts(word, [&](int bit, bool x_cut, bool y_cut, bool z_cut) {
          const int x = first + bit;
          if (x_cut) {
            if (shares) mesh_.positions[flat] = points_.point<0>(x, y, p, *shares++);
            out[4 * bit] = std::uint32_t(flat++);
          }
          if (y_cut) {
            if (shares) mesh_.positions[flat] = points_.point<1>(x, y, p, *shares++);
            out[4 * bit + 1] = std::uint32_t(flat++);
          }
          if (z_cut) {
            if (shares) mesh_.positions[upward] = points_.point<2>(x, y, p, *shares++);
            out[4 * bit + 2] = std::uint32_t(upward++);
          }
        });
      });
    }
    return shares;
  }

  void emit_cubes(int p, VertexNumbers& numbers) const {
    const auto& offsets = numbers.offsets(p);
    std::array<std::uint32_t, 3>* out = mesh_.triangles.data() + starts_[p].triangles;
    for (int y = 0; y + 1 < bits_.size(1); ++y) {
      visit_row(bits_, y, p, [&](int first, const RowWord& word) {
        const std::uint32_t* row = numbers.at(first, y, p);
        visit_bits(word.cubes, [&](int x) {
          const std::uint32_t* at = row + 4 * std::ptrdiff_t(x);
          const int bits = word.cube_case(x);
          for (int t = cases_.starts[bits]; t < cases_.starts[bits + 1]; ++t) {
            const auto& edges = cases_.triangles[t];
            *out++ = {at[offsets[edges[0]]], at[offsets[edges[1]]], at[offsets[edges[2]]]};
          }
        });
      });
    }
  }

  const DensityGrid& grid_;
  float threshold_;
  TriangleMesh& mesh_;
  InsideBits bits_;
  EdgePoints points_;
  int layers_;  // the last, which is empty, left out
  const CubeCaseRun& cases_ = cube_case_run();
  std::vector<LayerCounts> counts_;
  std::vector<LayerCounts> starts_;
  // Of each slab, in the order in which number_layer() goes through it.
  std::vector<std::vector<float>> shares_;
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
  Extractor(grid, threshold, mesh).run();
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
