// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/kernels/splat_geometry.h"
#include "core/reprojection/kernels/splat_kernels.h"

#include <cstdint>

namespace portrait::cuda {

// The splat on a CUDA device. All pointers are the device's; `stream` is a cudaStream_t. Nothing is
// allocated and nothing waited for. The same rules as the processor's kernels, from the same
// headers; unless nvcc is told not to (--fmad=false), it contracts products and sums, and a point
// within a double's rounding of a pixel's border may then fall on its other side. At most 65535
// planes. Return a cudaError_t, 0 on success.

// keys [h,w]: work space.
int make_splat(const SplatGeometry& geometry, const LiftedMaps& maps, SplatKey* keys,
               const SplatPlanes& planes, bool close_holes, void* stream);

// image [P,H,W] of source_pixels = H * W each -> out [P,h,w]; background [channels] serves the
// planes in turn.
int carry_planes(const CarryMap& map, int height, const float* image, std::int64_t source_pixels,
                 int planes, const float* background, int channels, float* out, void* stream);

// out [P,h,w] holds fresh noise: winners' values noise [P,H,W] go over it.
int carry_noise(const CarryMap& map, int height, const float* noise, std::int64_t source_pixels,
                int planes, float* out, void* stream);

}  // namespace portrait::cuda
