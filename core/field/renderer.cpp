// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/renderer.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"
#include "core/field/sampling.h"
#include "core/nn/check_shape.h"

#include <algorithm>
#include <limits>

namespace portrait {
namespace {

// Stands for s where nothing is evaluated: its density is 2e-5.
constexpr double kEmptyRaw = -10;
// Samples that weigh less get no colour when no gradient is asked for, and no normal.
constexpr double kLeastColourWeight = 1e-5;
constexpr double kLeastNormalWeight = 1e-3;

// A field made ready for one call of render().
struct Scene {
  const Field& field;
  FieldEvaluator evaluator;
  const RenderOptions& options;
  bool gradients;
};

// Samples of one pass: n rays with k samples each.
struct Samples {
  Tensor points;  // [n,k,3]
  Tensor raw;     // [n,k]
  Tensor hidden;  // [n*k,64], with gradients only
};

Samples evaluate(const Scene& scene, const Rays& rays, const Tensor& depths) {
  Samples samples;
  samples.points = at::addcmul(rays.origins.unsqueeze(1), rays.directions.unsqueeze(1),
                               depths.unsqueeze(2));
  const Tensor points = samples.points.view({-1, 3});
  if (scene.gradients) {
    samples.hidden = scene.evaluator.hidden(points);
    samples.raw = scene.field.decoder.raw_of_hidden(samples.hidden).view(depths.sizes());
  } else if (scene.options.occupancy) {
    const Tensor index = occupied_points(*scene.options.occupancy, points).nonzero().view({-1});
    samples.raw = at::full(depths.sizes(), kEmptyRaw, depths.options());
    samples.raw.view({-1}).index_copy_(0, index,
                                       scene.evaluator.raw(points.index_select(0, index)));
  } else {
    samples.raw = scene.evaluator.raw(points).view(depths.sizes());
  }
  return samples;
}

// Sum over each ray's samples of weight * colour: weights [n,k] -> [n,32].
Tensor composite(const Scene& scene, const Samples& samples, const Tensor& weights) {
  const std::int64_t rays = weights.size(0);
  if (scene.gradients) {
    const Tensor colours = scene.field.decoder.colours_of_hidden(samples.hidden);
    return at::bmm(weights.unsqueeze(1), colours.view({rays, -1, kFieldChannels})).squeeze(1);
  }
  // Only what is seen needs its colours: a tenth of the samples of an opaque head.
  const Tensor flat = weights.reshape({-1});
  const Tensor seen = (flat > kLeastColourWeight).nonzero().view({-1});
  const Tensor colours =
      scene.evaluator.colours(samples.points.view({-1, 3}).index_select(0, seen));
  const Tensor all = at::zeros({flat.size(0), kFieldChannels}, colours.options());
  all.index_copy_(0, seen, colours);
  return at::bmm(weights.unsqueeze(1), all.view({rays, -1, kFieldChannels})).squeeze(1);
}

// Sum over each ray's samples of weight * unit normal: [n,3].
Tensor composite_normals(const Scene& scene, const Samples& samples, const Tensor& weights) {
  const at::NoGradGuard no_gradient;
  const Tensor flat = weights.detach().reshape({-1});
  const Tensor seen = (flat > kLeastNormalWeight).nonzero().view({-1});
  const Tensor points = samples.points.detach().view({-1, 3}).index_select(0, seen);
  const Tensor gradient = scene.evaluator.raw_gradient(points);
  const Tensor normal = gradient / gradient.norm(2, 1, true).clamp_min(1e-12).neg();
  const Tensor all = at::zeros({flat.size(0), 3}, normal.options());
  all.index_copy_(0, seen, normal);
  return at::bmm(weights.detach().unsqueeze(1), all.view({weights.size(0), -1, 3})).squeeze(1);
}

// Depths are left with infinities where a ray meets no matter; `largest` and `least` over all
// sample depths let the caller hold them.
struct Chunk {
  RenderOutput out;
  Tensor least;
  Tensor largest;
};

Chunk render_chunk(const Scene& scene, const Rays& rays, const RayRanges& ranges,
                   const SampleJitter& jitter) {
  const RenderOptions& options = scene.options;
  Tensor depths = coarse_depths(ranges, jitter.coarse, options);
  const Samples coarse = evaluate(scene, rays, depths);
  Chunk chunk;
  Tensor weights = interval_weights(depths, coarse.raw);
  if (options.fine > 0) {
    const MergedDepths merged =
        merge_depths(depths, importance_depths(depths, weights, jitter.fine));
    const Tensor fine_depths = merged.depths.gather(1, merged.fine_rank);
    const Samples fine = evaluate(scene, rays, fine_depths);
    const Tensor raw = at::cat({coarse.raw, fine.raw}, 1).gather(1, merged.order);
    depths = merged.depths;
    weights = interval_weights(depths, raw);
    const Tensor each = sample_weights(weights);
    const Tensor coarse_weights = each.gather(1, merged.coarse_rank);
    const Tensor fine_weights = each.gather(1, merged.fine_rank);
    chunk.out.features =
        composite(scene, coarse, coarse_weights) + composite(scene, fine, fine_weights);
    if (options.want_normals) {
      chunk.out.normals = composite_normals(scene, coarse, coarse_weights) +
                          composite_normals(scene, fine, fine_weights);
    }
  } else {
    const Tensor each = sample_weights(weights);
    chunk.out.features = composite(scene, coarse, each);
    if (options.want_normals) chunk.out.normals = composite_normals(scene, coarse, each);
  }
  chunk.out.opacity = weights.sum(1);
  const std::int64_t intervals = weights.size(1);
  const Tensor middle =
      (depths.narrow(1, 0, intervals) + depths.narrow(1, 1, intervals)) * 0.5;
  const Tensor none = chunk.out.opacity <= 0;
  chunk.out.depth = (weights * middle).sum(1) / chunk.out.opacity.masked_fill(none, 1);
  chunk.out.depth = chunk.out.depth.masked_fill(none, std::numeric_limits<double>::infinity());
  if (options.want_weights) {
    chunk.out.weights = weights;
    chunk.out.sample_depths = depths;
  }
  chunk.least = depths.min();
  chunk.largest = depths.max();
  return chunk;
}

RayRanges ray_ranges(const Scene& scene, const Rays& rays) {
  const RenderOptions& options = scene.options;
  RayRanges ranges;
  if (options.range) {
    ranges = {at::full({rays.count()}, options.range->near, rays.origins.options()),
              at::full({rays.count()}, options.range->far, rays.origins.options()),
              at::ones({rays.count()}, rays.origins.options().dtype(at::kBool))};
  } else {
    ranges = box_ranges(rays, scene.field.frame.half_extent);
    if (options.eg3d_sampling) {
      ranges = fill_missing_ranges(ranges);
    } else {
      // Samples of no extent weigh nothing.
      const Tensor miss = ranges.hit.logical_not();
      ranges.near = ranges.near.masked_fill(miss, 0);
      ranges.far = ranges.far.masked_fill(miss, 0);
    }
  }
  if (!scene.gradients && options.occupancy) {
    ranges = clip_to_occupied(*options.occupancy, rays, ranges);
  }
  return ranges;
}

void check_options(const Field& field, const Rays& rays, const RenderOptions& options) {
  check_shape(field.planes, {3, field.frame.depth_slices, kFieldChannels, -1, -1}, "planes");
  check_shape(rays.origins, {-1, 3}, "ray origins");
  check_shape(rays.directions, {rays.count(), 3}, "ray directions");
  check(options.coarse >= 2 && options.fine >= 0 && options.chunk > 0, ErrorCode::kBadUsage,
        "{} coarse and {} fine samples in chunks of {} rays; at least 2, 0 and 1 are needed",
        options.coarse, options.fine, options.chunk);
  check(!options.disparity || (options.range && options.range->near > 0), ErrorCode::kBadUsage,
        "sampling in disparity needs a fixed range that starts in front of the camera");
}

void copy_rows(Tensor& target, const Tensor& rows, const Tensor& where, std::int64_t count,
               double fill) {
  if (!rows.defined()) return;
  if (!target.defined()) {
    std::vector<std::int64_t> sizes = rows.sizes().vec();
    sizes[0] = count;
    target = at::full(sizes, fill, rows.options());
  }
  target.index_copy_(0, where, rows);
}

// Without gradients: only rays that can meet matter, a chunk at a time.
Chunk render_in_chunks(const Scene& scene, const Rays& rays, const RayRanges& ranges,
                       const SampleJitter& jitter) {
  const double infinity = std::numeric_limits<double>::infinity();
  const bool skip = !scene.options.eg3d_sampling || scene.options.occupancy;
  const Tensor chosen = skip ? ranges.hit.nonzero().view({-1})
                             : at::arange(rays.count(), ranges.hit.options().dtype(at::kLong));
  const std::int64_t count = rays.count();
  Chunk all;
  all.least = at::full({}, infinity, rays.origins.options());
  all.largest = ranges.far.max();
  for (std::int64_t begin = 0; begin < chosen.size(0); begin += scene.options.chunk) {
    const Tensor part =
        chosen.narrow(0, begin, std::min<std::int64_t>(scene.options.chunk,
                                                       chosen.size(0) - begin));
    const Chunk chunk = render_chunk(scene, rays.select(part),
                                     {ranges.near.index_select(0, part),
                                      ranges.far.index_select(0, part), Tensor()},
                                     jitter.select(part));
    copy_rows(all.out.features, chunk.out.features, part, count, 0);
    copy_rows(all.out.depth, chunk.out.depth, part, count, infinity);
    copy_rows(all.out.opacity, chunk.out.opacity, part, count, 0);
    copy_rows(all.out.normals, chunk.out.normals, part, count, 0);
    copy_rows(all.out.weights, chunk.out.weights, part, count, 0);
    copy_rows(all.out.sample_depths, chunk.out.sample_depths, part, count, 0);
    all.least = at::minimum(all.least, chunk.least);
    all.largest = at::maximum(all.largest, chunk.largest);
  }
  if (chosen.size(0) == 0) {
    const auto like = rays.origins.options();
    const int samples = scene.options.coarse + scene.options.fine;
    all.out.features = at::zeros({count, kFieldChannels}, like);
    all.out.depth = at::full({count}, infinity, like);
    all.out.opacity = at::zeros({count}, like);
    if (scene.options.want_normals) all.out.normals = at::zeros({count, 3}, like);
    if (scene.options.want_weights) {
      all.out.weights = at::zeros({count, samples - 1}, like);
      all.out.sample_depths = at::zeros({count, samples}, like);
    }
    all.least = ranges.near.min();
  }
  return all;
}

Tensor blend_background(const Tensor& features, const Tensor& opacity,
                        const std::array<float, 3>& colour) {
  const Tensor background = at::full({kFieldChannels}, 0.5, features.options());
  for (int channel = 0; channel < 3; ++channel) background[channel].fill_(colour[channel]);
  return at::addcmul(features, opacity.neg().add(1).unsqueeze(1), background.unsqueeze(0));
}

}  // namespace

RenderOutput render(const Field& field, const Rays& rays, const RenderOptions& options) {
  check_options(field, rays, options);
  bool gradients = false;
  if (at::GradMode::is_enabled()) {
    gradients = field.planes.requires_grad();
    for (const auto& named : field.decoder.named_parameters()) {
      gradients = gradients || named.second.requires_grad();
    }
  }
  const at::AutoGradMode mode(gradients);
  const Scene scene{field, FieldEvaluator(field), options, gradients};
  const RayRanges ranges = ray_ranges(scene, rays);
  const SampleJitter jitter = sample_jitter(rays.count(), options, rays.origins.options());
  const Chunk chunk = gradients ? render_chunk(scene, rays, ranges, jitter)
                                : render_in_chunks(scene, rays, ranges, jitter);
  RenderOutput out = chunk.out;
  out.depth = at::minimum(at::maximum(out.depth, chunk.least), chunk.largest);
  if (options.background) {
    out.features = blend_background(out.features, out.opacity, *options.background);
  }
  return out;
}

}  // namespace portrait
