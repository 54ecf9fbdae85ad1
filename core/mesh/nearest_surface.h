// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <Eigen/Core>

#include <cstdint>
#include <optional>
#include <vector>

namespace portrait {

// Finds the nearest place of a mesh, by a grid of its triangles. Any number of threads may ask.
class NearestSurface {
 public:
  // mesh: with normals, outlives this. reach: world units, how far away a place may lie. Throws
  // kBadUsage for a mesh without triangles or normals and when reach is not above 0.
  NearestSurface(const TriangleMesh& mesh, float reach);

  // The surface's normal (unit length, interpolated) at the place nearest to `from` of those within
  // reach whose normal is less than a right angle from `facing`, so that the other side of a thin
  // part is never taken. Nothing when there is none.
  std::optional<Eigen::Vector3f> normal_at(const Eigen::Vector3f& from,
                                           const Eigen::Vector3f& facing) const;

 private:
  struct Found;
  Eigen::Array3i cell_of(const Eigen::Vector3f& place) const;
  std::size_t index(const Eigen::Array3i& cell) const;
  void look_into(const Eigen::Array3i& cell, const Eigen::Vector3f& from,
                 const Eigen::Vector3f& facing, Found& found) const;

  const TriangleMesh& mesh_;
  float reach_;
  float side_;  // of a cell, at least the reach: 27 of them hold all that is within reach
  Eigen::Vector3f low_;
  Eigen::Array3i cells_;
  std::vector<std::uint32_t> first_;      // per cell, and one more: where its triangles begin
  std::vector<std::uint32_t> triangles_;  // by cells; one stands in each that its box touches
};

}  // namespace portrait
