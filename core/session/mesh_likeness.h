// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/mesh/triangle_mesh.h"

namespace portrait {

// How nearly a mesh, drawn without light, looks like a picture of the head.
struct MeshLikeness {
  Viewpoint viewpoint;
  int size_px = 0;  // the picture's side
  double mask_iou = 0;
  double psnr_db = 0;    // where both show the head
  double sharpness = 0;  // fine detail as DetailMetrics has it; 0: too little of the head
  double detail_correlation = 0;
};

// picture: square RGB, sRGB-encoded, with the head as alpha. texture: empty for vertex colours.
// Throws kBadUsage for another picture, and as picture_of_mesh().
MeshLikeness mesh_likeness(const TriangleMesh& mesh, const Image& texture, const Camera& camera,
                           const Image& picture);

}  // namespace portrait
