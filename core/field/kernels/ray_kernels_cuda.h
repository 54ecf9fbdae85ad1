// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_kernels.h"

#include <cstdint>

struct CUstream_st;  // a cudaStream_t points to one; null is the default stream

namespace portrait {

// march_rays() and pull_rays() (ray_kernels.h) on a CUDA device: one warp per ray, a lane per
// channel. Every pointer, those inside the arguments too, is to memory of the current device.
// Nothing is allocated and nothing waited for: the work is queued on `stream`.
//
// Each returns null, or the runtime's words for why it was not queued (a device that is too old or
// lacks shared memory, an error that earlier work on the device left).
//
// They agree with the kernels of the processor to about 1e-5 of the light; a ray stops within 8
// evaluated samples of where its light is used up, as blocks of samples do there.

// All rays 0 .. count - 1. span [2]: least and largest sample depth, set by the call.
const char* march_rays_cuda(const FieldView& field, const RayMarch& march, std::int64_t count,
                            const RayResults& results, float* span, CUstream_st* stream);

// Sums of the gradient in the decoder's parameters, one part behind the other in the shapes of
// DecoderView: w0, b0, w_density, b_density, w_colour, b_colour.
inline constexpr int kDecoderFloats =
    2 * kFieldChannels * kHiddenUnits + 2 * kHiddenUnits + 1 + kFieldChannels;

// Where the gradients of one pull are added to.
struct PulledFloats {
  float* planes = nullptr;   // [3,D,H,W,32]
  float* decoder = nullptr;  // [kDecoderFloats]
};

// Floats of work space that pull_rays_cuda() needs.
std::int64_t pull_workspace_floats(std::int64_t count, int samples, int gradients);

// Pulls rays 0 .. count - 1 back into the planes and the decoder, all of pull_rays() and
// scatter_rays(): of [pull.gradients]. workspace [pull_workspace_floats()], left undefined.
//
// The decoder's gradients are the same bits in every run: each block sums its rays in a fixed
// order, and the blocks' sums are added in order. The planes' are not: texels are added to
// atomically, in the order the device comes to them, so their last bits vary from run to run.
const char* pull_rays_cuda(const FieldView& field, const RayPull& pull, std::int64_t count,
                           const PulledFloats* of, float* workspace, CUstream_st* stream);

}  // namespace portrait
