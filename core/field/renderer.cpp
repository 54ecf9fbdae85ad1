// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/renderer.h"

#include "core/base/error.h"
#include "core/field/cuda_march.h"
#include "core/field/march.h"
#include "core/nn/check_shape.h"

namespace portrait {
namespace {

RayRanges ray_ranges(const Field& field, const Rays& rays, const RenderOptions& options,
                     bool gradients) {
  RayRanges ranges;
  if (options.range) {
    ranges = {at::full({rays.count()}, options.range->near, rays.origins.options()),
              at::full({rays.count()}, options.range->far, rays.origins.options()),
              at::ones({rays.count()}, rays.origins.options().dtype(at::kBool))};
  } else {
    ranges = box_ranges(rays, field.frame.half_extent);
    if (options.eg3d_sampling) {
      ranges = fill_missing_ranges(ranges);
    } else {
      // Samples of no extent weigh nothing.
      const Tensor miss = ranges.hit.logical_not();
      ranges.near = ranges.near.masked_fill(miss, 0);
      ranges.far = ranges.far.masked_fill(miss, 0);
    }
  }
  if (!options.occupancy) return ranges;
  const RayRanges clipped = clip_to_occupied(*options.occupancy, rays, ranges);
  if (!gradients || options.unskipped_every == 0) return clipped;
  const Tensor whole = unskipped_rays(rays.count(), options).to(rays.origins.device());
  return {at::where(whole, ranges.near, clipped.near), at::where(whole, ranges.far, clipped.far),
          at::where(whole, ranges.hit, clipped.hit)};
}

void check_options(const Field& field, const Rays& rays, const RenderOptions& options) {
  check_shape(field.planes, {3, field.frame.depth_slices, kFieldChannels, -1, -1}, "planes");
  check_shape(rays.origins, {-1, 3}, "ray origins");
  check_shape(rays.directions, {rays.count(), 3}, "ray directions");
  check(options.coarse >= 2 && options.fine >= 0 && options.chunk > 0, ErrorCode::kBadUsage,
        "{} coarse and {} fine samples in chunks of {} rays; at least 2, 0 and 1 are needed",
        options.coarse, options.fine, options.chunk);
  check(options.unskipped_every >= 0 && options.unskipped_from >= 0 &&
            options.least_transmittance >= 0 && options.least_transmittance < 1,
        ErrorCode::kBadUsage,
        "one ray in {} unskipped from {} on, rays ending at {} of their light; none of them may be "
        "below zero, and the last must be less than 1",
        options.unskipped_every, options.unskipped_from, options.least_transmittance);
  check(!options.disparity || (options.range && options.range->near > 0), ErrorCode::kBadUsage,
        "sampling in disparity needs a fixed range that starts in front of the camera");
}

Tensor blend_background(const Tensor& features, const Tensor& opacity,
                        const std::array<float, 3>& colour) {
  const Tensor background = at::full({kFieldChannels}, 0.5, features.options());
  for (int channel = 0; channel < 3; ++channel) background[channel].fill_(colour[channel]);
  return at::addcmul(features, opacity.neg().add(1).unsqueeze(1), background.unsqueeze(0));
}

bool wants_gradients(const Field& field) {
  if (!at::GradMode::is_enabled()) return false;
  bool any = field.planes.requires_grad();
  for (const auto& named : field.decoder.named_parameters()) {
    any = any || named.second.requires_grad();
  }
  return any;
}

// Everything of a ray may be marched.
RayRanges whole_ranges(const Tensor& depths) {
  return {depths.select(1, 0), depths.select(1, depths.size(1) - 1),
          at::ones({depths.size(0)}, depths.options().dtype(at::kBool))};
}

RenderOutput render_by(bool may_fuse, const Field& field, const Rays& rays, const Tensor& depths,
                       const RenderOptions& options) {
  const bool gradients = wants_gradients(field);
  const at::AutoGradMode mode(gradients);
  const MarchRays march = set_up_rays(field, rays, depths, options, gradients);
#ifdef PORTRAIT_HAVE_CUDA
  if (may_fuse && can_march_cuda(field, rays, options, gradients)) {
    return finish_march(march_cuda(field, march, options, gradients), options);
  }
#endif
  const bool fused = may_fuse && can_march_fused(field, rays, options, gradients);
  return finish_march((fused ? march_fused : march_reference)(field, march, options, gradients),
                      options);
}

}  // namespace

MarchRays set_up_rays(const Field& field, const Rays& rays, const Tensor& depths,
                      const RenderOptions& options, bool gradients) {
  check_options(field, rays, options);
  MarchRays march{rays, {}, {}, depths};
  if (depths.defined()) {
    check_shape(depths, {rays.count(), options.coarse}, "sample depths");
    march.ranges = whole_ranges(depths);
  } else {
    march.ranges = ray_ranges(field, rays, options, gradients);
    march.jitter = sample_jitter(rays.count(), options, rays.origins.options());
  }
  return march;
}

RenderOutput finish_march(const MarchResult& marched, const RenderOptions& options) {
  RenderOutput out = marched.out;
  out.depth = at::minimum(at::maximum(out.depth, marched.least), marched.largest);
  if (options.background) {
    out.features = blend_background(out.features, out.opacity, *options.background);
  }
  return out;
}

Tensor unskipped_rays(std::int64_t count, const RenderOptions& options) {
  const Tensor turn = at::arange(count, at::kLong) + options.unskipped_from;
  return turn.remainder(options.unskipped_every) == 0;
}

RenderOutput render(const Field& field, const Rays& rays, const RenderOptions& options) {
  return render_by(true, field, rays, {}, options);
}

RenderOutput render_reference(const Field& field, const Rays& rays, const RenderOptions& options) {
  return render_by(false, field, rays, {}, options);
}

namespace {

// The options of a call whose samples are given.
RenderOptions at_depths(const Tensor& depths, RenderOptions options) {
  check_shape(depths, {-1, -1}, "sample depths");
  options.coarse = static_cast<int>(depths.size(1));
  options.fine = 0;
  options.disparity = false;
  options.occupancy = nullptr;
  return options;
}

}  // namespace

RenderOutput render_depths(const Field& field, const Rays& rays, const Tensor& depths,
                           const RenderOptions& options) {
  return render_by(true, field, rays, depths, at_depths(depths, options));
}

RenderOutput render_depths_reference(const Field& field, const Rays& rays, const Tensor& depths,
                                     const RenderOptions& options) {
  return render_by(false, field, rays, depths, at_depths(depths, options));
}

}  // namespace portrait
