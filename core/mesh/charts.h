// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/chart_quality.h"
#include "core/mesh/conformal.h"

#include <vector>

namespace portrait {

struct ChartOptions {
  // A chart is cut in two when its map exceeds one of these (see ChartQuality for their meaning).
  double median_stretch = 1.25;
  double high_stretch = 2.0;
  double area_spread = 2.5;
  // How much more the face's chart may exceed them before it too is cut.
  double face_leniency = 1.5;
};

// A disk of the surface and its map, in world units.
struct Chart {
  ChartMesh mesh;
  FlatMap map;
  ChartQuality quality;
  bool face = false;  // a chart that face_weight makes the face's, or a part of it
};

// Cuts a manifold of any topology into disks that lie flat well, and lays them flat. The face
// (face_weight) is one chart to begin with, so that seams run round it; the others come from
// halving what is left until every piece is a disk (one border, no handles), its map turns no
// triangle over, covers no place twice, and keeps within the options' limits. Holes of a piece are
// cut open to its border, handles are taken out round their shortest loop. Maps are conformal
// first, then relaxed (conformal.h, relaxation.h). A single triangle always lies flat, so this
// ends. Charts are in a fixed order that depends on the mesh alone; every triangle is in one.
// Throws kBadInput for an empty mesh and as opposite_sides does.
std::vector<Chart> cut_into_charts(const TriangleMesh& mesh, const ChartOptions& options = {});

}  // namespace portrait
