// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/renderer.h"
#include "core/field/sampling.h"

#include <cstdint>

namespace portrait {

class FieldEvaluator;
struct RayMarch;

// Without gradients, samples that weigh less get no colour.
inline constexpr float kLeastColourWeight = 1e-5F;

// Rays, and where their samples lie: drawn from ranges and jitter, or, where `depths` is defined,
// given [N,S] ascending.
struct MarchRays {
  Rays rays;
  RayRanges ranges;
  SampleJitter jitter;
  Tensor depths;
};

// Checks the options and sets rays, ranges and jitter up. Throws as render().
MarchRays set_up_rays(const Field& field, const Rays& rays, const Tensor& depths,
                      const RenderOptions& options, bool gradients);

// What render() does between setting the rays up and blending the background, in two versions that
// agree up to rounding.
struct MarchResult {
  RenderOutput out;  // depth is infinite where a ray meets no matter
  Tensor least;      // over all sample depths, 0-dim
  Tensor largest;
};

// In LibTorch, on any device and in any type.
MarchResult march_reference(const Field& field, const MarchRays& march,
                            const RenderOptions& options, bool gradients);

// On the kernels (kernels/ray_kernels.h). Gradients reach planes and decoder from features, depth
// and opacity; results do not depend on the number of threads.
MarchResult march_fused(const Field& field, const MarchRays& march, const RenderOptions& options,
                        bool gradients);

// Whether march_fused takes this call: float tensors on the CPU, planes of at least 2 x 2 texels,
// at most 256 samples per ray; with gradients neither weights nor normals.
bool can_march_fused(const Field& field, const Rays& rays, const RenderOptions& options,
                     bool gradients);

// What the kernels on the processor and on a device have in common.
// Whether they take as many samples, and give what is asked for.
bool within_kernel_limits(const RenderOptions& options, bool gradients);
// All of the options but the cells; samples are `drawn` or given.
void set_march_options(const RenderOptions& options, bool drawn, bool gradients, RayMarch& march);
// Normals and weights of the samples at depths [N,S], weights [N,S-1], where asked for.
void add_on_demand(const FieldEvaluator& evaluator, const Rays& rays, const RenderOptions& options,
                   const Tensor& depths, const Tensor& weights, RenderOutput& out);

// Holds the depths to those of the samples and blends the background.
RenderOutput finish_march(const MarchResult& marched, const RenderOptions& options);

// Which rays of a call with gradients are marched without skipping: [N] bool on the CPU.
Tensor unskipped_rays(std::int64_t count, const RenderOptions& options);

// Sum over each ray's samples of weight * unit normal: points [N,K,3], weights [N,K] -> [N,3].
// Carries no gradient.
Tensor composite_normals(const FieldEvaluator& evaluator, const Tensor& points,
                         const Tensor& weights);

}  // namespace portrait
