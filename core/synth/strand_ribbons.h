// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/synth/mesh_builder.h"

#include <cstdint>
#include <vector>

namespace portrait {

// One hair as a narrow ribbon that tapers to its tip. Centimetres, the head's frame.
struct StrandShape {
  SubjectVertex root;  // position, normal, rest, tangent (where it grows), kind
  float length_cm = 1;
  float width_cm = 0.03F;  // at the root
  float curvature = 0;     // 1/cm, towards the surface under it: 0.1 follows a head's skull
  float gravity = 0;       // how fast it turns down, 1/cm
  float curl_cm = 0;       // radius of its curls
  float curl_turns = 0;    // over its length
  float twist_rad = 0;     // of the ribbon about its own direction, 0 = flat on the surface
  int segments = 3;
};

void add_strand(const StrandShape& strand, MeshBuilder& builder);

// Points spread evenly by area over some triangles of a builder, with interpolated attributes;
// a pure function of the stream.
class SurfaceSampler {
 public:
  explicit SurfaceSampler(const MeshBuilder& builder) : builder_(builder) {}

  // Normals must point outwards. Triangles without area are not taken.
  void take(std::uint32_t triangle);
  bool empty() const { return triangles_.empty(); }
  double area_cm2() const { return triangles_.empty() ? 0 : cumulative_.back(); }
  SubjectVertex draw(RandomStream& random) const;

 private:
  const MeshBuilder& builder_;
  std::vector<std::uint32_t> triangles_;
  std::vector<double> cumulative_;
};

}  // namespace portrait
