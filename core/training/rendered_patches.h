// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/field/decoder.h"
#include "core/field/field_frame.h"
#include "core/nn/torch.h"

namespace portrait {

// The patches of a SubjectBatch as the renderer sees them: 32 x 32 rays of a view of 128 each.
struct RenderedPatches {
  Tensor features;  // [B,32,32,32], RGB first, over 0.5
  Tensor opacity;   // [B,1,32,32]
  Tensor depth;     // [B,32,32], along the unit ray
};

// Of tri-planes [B,3,D,32,R,R] and cameras [B,18] (SubjectBatch::patch_cameras, on the CPU);
// differentiable. Where in its stratum a sample lies is drawn from the key, whose view counts the
// patches.
RenderedPatches render_patches(const Tensor& planes, const Decoder& decoder,
                               const FieldFrame& frame, const Tensor& cameras,
                               const RandomKey& rays);

}  // namespace portrait
