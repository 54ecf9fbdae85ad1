// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

// Iso-surface of the density at `threshold` (inside = density >= threshold), with normals.
//
// Marching cubes (Lorensen and Cline, 1987) with a case table built at start-up instead of
// copied: in every ambiguous cube face the inside corners are separated, which both neighbours of
// a face decide alike, so that the contours always meet; and no polygon is split along a diagonal
// that lies in a cube face. The result is therefore closed and two-manifold for every input: each
// edge has exactly two triangles, each vertex one fan. Vertices are shared and keep a hundredth
// of a cell from the grid's nodes, so that no triangle degenerates where a sample equals the
// threshold. The grid is taken to be empty outside its box: where the head reaches the box, the
// surface is closed flat a twentieth of a cell outside it (the cut through the neck).
//
// Each node is compared once and kept as one bit; rows, words of 64 nodes and edges that the
// surface leaves alone are passed over by these bits, as in flying edges (Schroeder, Maynard and
// Geveci, 2015). Counts of each layer say where its vertices and triangles go, so that slabs of z
// are written side by side; vertex and triangle order do not depend on the number of threads.
// Non-finite densities count as empty. No surface at this threshold: an empty mesh.
// Throws kBadUsage when the grid's sizes disagree, its box is empty, or the mesh needs more than
// 2^32 vertices.
TriangleMesh marching_cubes(const DensityGrid& grid, float threshold);

// The largest finite density, to say which thresholds give a surface; 0 for an empty grid.
float largest_density(const DensityGrid& grid);

}  // namespace portrait
