// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/chart_quality.h"
#include "core/mesh/conformal.h"

#include <vector>

namespace portrait {

struct ChartOptions {
  // A chart is cut in two when its map exceeds one of these (see ChartQuality for their meaning);
  // at least 1.001 each.
  double median_stretch = 1.25;
  double high_stretch = 2.0;
  double area_spread = 2.5;
  // How much more the face's chart may exceed them before it too is cut, at least 1.
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
// (face_weight) is one chart to begin with, so that seams run round it; where it does not lie flat
// it gives up its rim, and is halved last. The others come from halving what is left until every
// piece has no handles and its map turns no triangle over, covers no place twice, and keeps within
// the options' limits. Handles are taken out round their shortest loop, in the face too. A few
// triangles that are in the way of a map leave their piece. Holes are laid flat with their piece
// and cut open to its border afterwards. Small charts then join a neighbour where that lies flat.
// Maps are conformal first, then relaxed (conformal.h, relaxation.h). A single triangle always
// lies flat, so this ends. Charts are in a fixed order that depends on the mesh alone; every
// triangle is in one. A head without handles takes some 20 to 30 charts; each handle adds several.
// Throws kBadInput for an empty mesh and as opposite_sides does, kBadUsage for options out of
// range.
std::vector<Chart> cut_into_charts(const TriangleMesh& mesh, const ChartOptions& options = {});

}  // namespace portrait
