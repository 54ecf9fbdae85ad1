// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace portrait {

// The head's surface to look at, as an export would write it. Plain data.
struct ViewMesh {
  std::vector<float> positions;          // x, y, z of each vertex, world units
  std::vector<float> normals;            // as many; unit length, outward
  std::vector<std::uint32_t> triangles;  // three vertices each, counter-clockwise from outside
  std::uint64_t head_version = 0;  // the head it is of, comparable with Snapshot::volume_version
  int resolution = 0;              // samples along the cube's edge

  bool empty() const { return triangles.empty(); }
};

}  // namespace portrait
