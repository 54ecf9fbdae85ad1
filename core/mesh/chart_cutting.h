// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/chart_mesh.h"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace portrait {

// What cutting a surface into charts needs to know of it. Keeps a reference to the mesh.
class CuttableSurface {
 public:
  // Throws kBadInput as opposite_sides does.
  explicit CuttableSurface(const TriangleMesh& mesh);

  const TriangleMesh& mesh() const { return mesh_; }
  const std::vector<std::uint32_t>& opposite() const { return opposite_; }
  const Eigen::Vector3f& centre(std::uint32_t triangle) const { return centres_[triangle]; }

  // Pieces of a set of triangles that hang together across sides; largest (in triangles) first.
  std::vector<std::vector<std::uint32_t>> pieces(const std::vector<std::uint32_t>& triangles) const;

  // Two connected halves, grown toward each other from triangles that lie far apart. Growth is
  // slowest across valleys, so that they tend to meet there; the line between them is smoothed.
  // Wants a connected set of two or more triangles.
  std::array<std::vector<std::uint32_t>, 2> bisect(
      const std::vector<std::uint32_t>& triangles) const;

  // What lies round a set of triangles: those within `reach` of them (world units, over the
  // surface), and the others.
  std::array<std::vector<std::uint32_t>, 2> surround(const std::vector<std::uint32_t>& triangles,
                                                     const std::vector<std::uint32_t>& core,
                                                     double reach) const;

 private:
  // Labels of the triangles in `inside` (label -1 outside), nearest source over the surface.
  struct Growth;
  Growth grow(const std::vector<std::uint32_t>& triangles,
              const std::vector<std::vector<std::uint32_t>>& sources) const;
  void smooth_labels(const std::vector<std::uint32_t>& triangles,
                     std::vector<std::int32_t>& label) const;

  const TriangleMesh& mesh_;
  std::vector<std::uint32_t> opposite_;
  std::vector<Eigen::Vector3f> centres_;
  std::vector<float> crossing_;  // per side: what it costs to grow across
};

// The shortest way round a handle of a chart that has one, as triangles along it, and its length.
// The chart's holes count as filled. Tree and cotree (Eppstein, SODA 2003) with the tree of
// shortest ways from one vertex.
struct HandleLoop {
  std::vector<std::uint32_t> mesh_triangles;
  double length = 0;  // world units
};
HandleLoop find_handle_loop(const TriangleMesh& mesh, const ChartMesh& chart);

// Cuts that make a chart without handles, but with holes, a disk: a way from every hole to the
// border, avoiding the face and preferring valleys. Sets cut[side] on both sides of each edge.
void cut_holes_open(const TriangleMesh& mesh, const std::vector<std::uint32_t>& opposite,
                    const ChartMesh& chart, std::vector<std::uint8_t>& cut);

}  // namespace portrait
