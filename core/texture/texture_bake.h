// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/mesh/triangle_mesh.h"
#include "core/texture/bake_source.h"

#include <vector>

namespace portrait {

struct BakedTexture {
  Image colour;  // RGB, sRGB-encoded, padded
  Image seen;    // one channel: 1 where the leading picture says the colour, 0 where others do
  // Of texels that the leading picture faces, the median: pixels of it along a texel's side. Below
  // 1 the texture is finer than its source. 0: no view leads.
  double source_pixels_per_texel = 0;
  double unseen = 0;  // share of the covered texels that no view sees: by the vertex colours
};

// Colours of a texture of `size` texels a side. Each texel takes the leading view's where that
// shows the surface well; elsewhere the views' mean by how squarely and how far from outlines they
// see it, in two bands (BakeSource::kBandSigma); where none does, the mesh's vertex colours. The
// mesh has texcoords, normals and colours. Deterministic, whatever the number of threads. Throws
// kBadUsage as TexelMap and BakeSource do, and for a mesh without normals or colours.
BakedTexture bake_texture(const TriangleMesh& mesh, const std::vector<BakeSource>& sources,
                          int size);

}  // namespace portrait
