// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/march.h"

namespace portrait {

// march_fused() for a field and rays on a CUDA device, on the kernels of
// kernels/ray_kernels_cuda.h: the same results and gradients, queued on the default stream. Planes'
// gradients differ in their last bits from run to run. In builds with PORTRAIT_HAVE_CUDA only.
// Throws kUnsupported with the runtime's words when the device refuses a kernel.
MarchResult march_cuda(const Field& field, const MarchRays& march, const RenderOptions& options,
                       bool gradients);

// Whether march_cuda takes this call: float tensors on one CUDA device, planes of at least 2 x 2
// texels, at most 256 samples per ray; with gradients neither weights nor normals.
bool can_march_cuda(const Field& field, const Rays& rays, const RenderOptions& options,
                    bool gradients);

}  // namespace portrait
