// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"
#include "core/field/rays.h"
#include "core/nn/torch.h"

#include <array>
#include <optional>

namespace portrait {

// The two-pass volume renderer R of EG3D (Chan et al., CVPR 2022).
//
// Coarse pass: one sample per stratum. Importance pass: samples drawn from the coarse weights
// (max-pooled, averaged, + 0.01), without gradient through their depths. Both sets are merged by
// depth. Between neighbours k, k+1: s and colours are averaged, density = softplus(s - 1),
// alpha = 1 - exp(-density * (t[k+1] - t[k])), weight = alpha * prod(1 - alpha) over what lies
// before. There is no last infinite interval.
struct RenderOptions {
  int coarse = 48;
  int fine = 48;  // 0: coarse pass only

  // Fixed depth range of all rays; none: the intersection with the field's box ("auto").
  std::optional<RayRange> range;
  bool disparity = false;  // strata linear in 1 / t; needs a fixed range
  // EG3D spaces coarse samples by (far - near) / (coarse - 1), so that the last one, jittered,
  // passes `far`; and it evaluates rays that miss the box by fill_missing_ranges(). Off: spaced by
  // (far - near) / coarse, all samples inside, and a ray that misses is empty.
  bool eg3d_sampling = false;

  // Where in its stratum a sample lies. With a key: uniform and independent per ray and sample
  // (importance samples too, one per quantile stratum), a pure function of the key and the ray's
  // index in the call. Without: `jitter` for all, importance samples at quantiles (i + 0.5) / fine.
  std::optional<RandomKey> jitter_key;
  double jitter = 0.5;

  // Blended by 1 - opacity into the first three channels; the other 29 get 0.5, which is zero to
  // the super-resolution. None: features stay premultiplied by opacity.
  std::optional<std::array<float, 3>> background = std::array<float, 3>{1, 1, 1};

  bool want_normals = false;
  bool want_weights = false;

  // Rays are clipped to their occupied span; those without any are not evaluated, nor are samples
  // in empty cells. Not owned; of the same field, or, while it is optimised, of a few steps ago
  // (LiveOccupancy).
  const OccupancyGrid* occupancy = nullptr;
  // With gradients, one ray in `unskipped_every` is marched as if there were no occupancy, so that
  // matter can appear where there was none: those whose number plus `unskipped_from` (the step, so
  // that every pixel has its turn) is a multiple of it. 0: none.
  int unskipped_every = 32;
  std::int64_t unskipped_from = 0;
  // Rays end where no more than this is left of their light. 0: never. Of the kernels alone: the
  // reference goes on to the end.
  float least_transmittance = 1e-4F;
  // Rays evaluated at a time by the reference when no gradient is asked for.
  int chunk = 2048;

  // As published; no background.
  static RenderOptions eg3d() {
    RenderOptions options;
    options.eg3d_sampling = true;
    options.background.reset();
    options.least_transmittance = 0;
    return options;
  }
};

struct RenderOutput {
  Tensor features;  // [N,32], RGB first, about [0,1]
  Tensor depth;     // [N], distance along the ray; rays without matter: the call's largest depth
  Tensor opacity;   // [N], sum of the weights
  // [N,3], world space, pointing out of matter: sum of weight * unit normal, so its length is at
  // most the opacity. From finite differences of s over about a texel; carries no gradient.
  // Undefined tensor unless asked for.
  Tensor normals;
  Tensor weights;       // [N,S-1], S = coarse + fine; on demand
  Tensor sample_depths;  // [N,S], ascending, no gradient; on demand
};

// Differentiable in the field's planes and decoder when gradients are enabled and any of them
// requires one; otherwise evaluated in chunks. Rays on the field's device.
// Throws kInternal on shapes, kBadUsage on options that contradict each other.
RenderOutput render(const Field& field, const Rays& rays, const RenderOptions& options);
// The same in LibTorch alone: what the kernels behind render() are tested against.
RenderOutput render_reference(const Field& field, const Rays& rays, const RenderOptions& options);

// The same at given sample depths [N,S], S >= 2, ascending, without gradient through them; what the
// options say of sampling and occupancy is not used. The kernels end rays early here too.
RenderOutput render_depths(const Field& field, const Rays& rays, const Tensor& depths,
                           const RenderOptions& options);
RenderOutput render_depths_reference(const Field& field, const Rays& rays, const Tensor& depths,
                                     const RenderOptions& options);

struct RenderedImage {
  Tensor rgb;       // [3,H,W], the first feature channels
  Tensor features;  // [32,H,W]
  Tensor depth;     // [H,W]
  Tensor opacity;   // [H,W]
  Tensor normals;   // [3,H,W] or undefined
  Tensor neural;    // [3,4H,4W] RGB about [0,1], not clamped; from render_neural only
};

// A square image, width x width pixels.
RenderedImage render_image(const Field& field, const Camera& camera, int width,
                           const RenderOptions& options);
// The same and the super-resolution of its features. Throws kUnsupported when the field has none.
RenderedImage render_neural(const Field& field, const Camera& camera, int width,
                            const RenderOptions& options);

// -- parts of the renderer, public so that tests and kernels can be held against them

// t [N,S] ascending, raw s [N,S] -> weights [N,S-1].
Tensor interval_weights(const Tensor& depths, const Tensor& raw);

// Importance depths: coarse depths [N,C], C >= 4, their weights [N,C-1], u [N,F] in [0,1) -> [N,F]
// without gradient; ascending where u is.
Tensor importance_depths(const Tensor& depths, const Tensor& weights, const Tensor& u);

}  // namespace portrait
