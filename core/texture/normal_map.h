// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

// What a mesh lost when it was simplified, told to whoever lights it: the normals of the finer
// surface at the places nearest to each texel's, in the tangent space of the mesh. RGB, linear,
// 0.5 + 0.5 n; x along growing u, y up the picture (+Y, as OpenGL and glTF have it), z out of the
// surface: flat is (0.5, 0.5, 1). The frame of a texel is the interpolated normal and tangent
// (core/mesh/tangents.h), each of unit length, and w times their cross product, as viewers build it
// (glTF 2.0, section 3.7.2.1). Where the finer surface lies more than `kNormalReach` away, the map
// is flat. Padded. `size` texels a side.
// mesh: with normals and texcoords; fine: with normals. The result does not depend on the number of
// threads. Throws kBadUsage as TexelMap and NearestSurface do, and for a mesh without normals.
inline constexpr float kNormalReach = 0.005F;  // world units, 2 mm
Image bake_normal_map(const TriangleMesh& mesh, const TriangleMesh& fine, int size);

}  // namespace portrait
