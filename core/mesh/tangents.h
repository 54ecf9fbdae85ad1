// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <vector>

namespace portrait {

// One tangent per vertex as glTF has them (section 3.7.2.1): xyz of unit length, orthogonal to the
// normal, along growing u; w is 1, or -1 where the texture lies mirrored on the surface, so that
// w * cross(normal, xyz) points up the picture. As MikkTSpace does it, the directions of a vertex's
// triangles are projected onto its normal's plane and weighted by their angle; vertices stand
// double where the texture is cut, so that none is shared across a cut. Vertices without a
// direction of their own get any tangent of their normal. Needs normals and texcoords.
std::vector<Eigen::Vector4f> vertex_tangents(const TriangleMesh& mesh);

}  // namespace portrait
