// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

// Depth of the nearest surface along the camera's axis in world units, one channel, width x height
// pixels; 0 where there is none. Triangles that pass through the camera's plane are left out.
Image depth_of_mesh(const TriangleMesh& mesh, const Camera& camera, int width, int height);

// What a viewer draws of an unlit mesh with this texture: RGB sRGB-encoded, alpha = share of the
// pixel, not premultiplied; `size` pixels a side, 2 x 2 samples each, nearest surface first,
// bilinear look-ups. Without a texture (empty) by the vertex colours. Both faces are drawn.
// size: 1 or more; it takes 32 bytes a pixel of the result while it works. Throws kBadUsage for
// others, and when the mesh has neither texcoords for the texture nor colours.
Image picture_of_mesh(const TriangleMesh& mesh, const Image& texture, const Camera& camera,
                      int size);

}  // namespace portrait
