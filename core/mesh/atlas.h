// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/charts.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

struct AtlasOptions {
  int texture_size = 2048;  // texels along a side of the square texture, at least 16
  // Least distance of two charts, and of charts and border, in texels; less than size / 4.
  int padding = 8;
  // Texels per length in the face's charts over those elsewhere, from 0.1 to 10.
  double face_scale = 1.5;
  ChartOptions charts = {};
};

// The same triangles in the same order, with texcoords (see TriangleMesh): every triangle has a
// place of its own in the square, drawn as seen from outside, not mirrored, the face upright.
// Vertices stand double along seams, with their position, normal and colour carried over; normals
// are computed first where there are none, or seams would show in the shading. Vertices that no
// triangle uses are left out, older texcoords replaced. The same mesh gives the same atlas.
// See charts.h and chart_packing.h for the ways. Throws kBadInput for an empty mesh and as
// opposite_sides does, kBadUsage for options out of range or a texture without room.
TriangleMesh unwrap(const TriangleMesh& mesh, const AtlasOptions& options = {});

}  // namespace portrait
