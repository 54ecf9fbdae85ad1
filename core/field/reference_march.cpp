// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/march.h"

#include "core/field/evaluator.h"
#include "core/field/triplane.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace portrait {
namespace {

// Samples that weigh less get no normal.
constexpr double kLeastNormalWeight = 1e-3;

// A field made ready for one call of render().
struct Scene {
  const Field& field;
  const RenderOptions& options;
  bool gradients;
  std::optional<FieldEvaluator> evaluator;  // for normals, which carry no gradient

  // [N,3] -> [N,64], by the definition.
  Tensor hidden(const Tensor& points) const {
    return field.decoder.hidden(
        sample_planes(field.planes.unsqueeze(0), points.unsqueeze(0), field.frame).squeeze(0));
  }
  Tensor raw(const Tensor& points) const {
    return field.decoder.raw_of_hidden(hidden(points)).squeeze(1);
  }
};

// Samples of one pass: n rays with k samples each.
struct Samples {
  Tensor points;  // [n,k,3]
  Tensor raw;     // [n,k]
  Tensor hidden;  // [n*k,64], with gradients only
};

Samples evaluate(const Scene& scene, const Rays& rays, const Tensor& depths) {
  Samples samples;
  samples.points =
      at::addcmul(rays.origins.unsqueeze(1), rays.directions.unsqueeze(1), depths.unsqueeze(2));
  const Tensor points = samples.points.view({-1, 3});
  const OccupancyGrid* occupancy = scene.options.occupancy;
  if (scene.gradients) {
    samples.hidden = scene.hidden(points);
    samples.raw = scene.field.decoder.raw_of_hidden(samples.hidden).view(depths.sizes());
    if (occupancy) {
      Tensor matter = occupied_points(*occupancy, samples.points);
      if (scene.options.unskipped_every > 0) {
        matter = matter.logical_or(unskipped_rays(rays.count(), scene.options)
                                       .to(matter.device())
                                       .unsqueeze(1));
      }
      samples.raw = at::where(matter, samples.raw, at::full_like(samples.raw, kEmptyRaw));
    }
  } else if (occupancy) {
    const Tensor index = occupied_points(*occupancy, points).nonzero().view({-1});
    samples.raw = at::full(depths.sizes(), kEmptyRaw, depths.options());
    samples.raw.view({-1}).index_copy_(0, index, scene.raw(points.index_select(0, index)));
  } else {
    samples.raw = scene.raw(points).view(depths.sizes());
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
  const Tensor colours = scene.field.decoder.colours_of_hidden(
      scene.hidden(samples.points.view({-1, 3}).index_select(0, seen)));
  const Tensor all = at::zeros({flat.size(0), kFieldChannels}, colours.options());
  all.index_copy_(0, seen, colours);
  return at::bmm(weights.unsqueeze(1), all.view({rays, -1, kFieldChannels})).squeeze(1);
}

MarchResult march_chunk(const Scene& scene, const MarchRays& march) {
  const RenderOptions& options = scene.options;
  const Rays& rays = march.rays;
  Tensor depths = march.depths.defined()
                      ? march.depths
                      : coarse_depths(march.ranges, march.jitter.coarse, options);
  const Samples coarse = evaluate(scene, rays, depths);
  MarchResult chunk;
  Tensor weights = interval_weights(depths, coarse.raw);
  if (options.fine > 0 && !march.depths.defined()) {
    const MergedDepths merged =
        merge_depths(depths, importance_depths(depths, weights, march.jitter.fine));
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
      chunk.out.normals = composite_normals(*scene.evaluator, coarse.points, coarse_weights) +
                          composite_normals(*scene.evaluator, fine.points, fine_weights);
    }
  } else {
    const Tensor each = sample_weights(weights);
    chunk.out.features = composite(scene, coarse, each);
    if (options.want_normals)
      chunk.out.normals = composite_normals(*scene.evaluator, coarse.points, each);
  }
  chunk.out.opacity = weights.sum(1);
  const std::int64_t intervals = weights.size(1);
  const Tensor middle = (depths.narrow(1, 0, intervals) + depths.narrow(1, 1, intervals)) * 0.5;
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
MarchResult march_in_chunks(const Scene& scene, const MarchRays& march) {
  const Rays& rays = march.rays;
  const RayRanges& ranges = march.ranges;
  const double infinity = std::numeric_limits<double>::infinity();
  const bool skip = !scene.options.eg3d_sampling || scene.options.occupancy;
  const Tensor chosen = skip ? ranges.hit.nonzero().view({-1})
                             : at::arange(rays.count(), ranges.hit.options().dtype(at::kLong));
  const std::int64_t count = rays.count();
  MarchResult all;
  all.least = at::full({}, infinity, rays.origins.options());
  all.largest = ranges.far.max();
  for (std::int64_t begin = 0; begin < chosen.size(0); begin += scene.options.chunk) {
    const Tensor part = chosen.narrow(
        0, begin, std::min<std::int64_t>(scene.options.chunk, chosen.size(0) - begin));
    MarchRays chosen_rays{
        rays.select(part),
        {ranges.near.index_select(0, part), ranges.far.index_select(0, part), Tensor()},
        {},
        {}};
    if (march.depths.defined()) {
      chosen_rays.depths = march.depths.index_select(0, part);
    } else {
      chosen_rays.jitter = march.jitter.select(part);
    }
    const MarchResult chunk = march_chunk(scene, chosen_rays);
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
    const std::int64_t samples =
        march.depths.defined() ? march.depths.size(1) : scene.options.coarse + scene.options.fine;
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

}  // namespace

Tensor composite_normals(const FieldEvaluator& evaluator, const Tensor& points,
                         const Tensor& weights) {
  const at::NoGradGuard no_gradient;
  const Tensor flat = weights.detach().reshape({-1});
  const Tensor seen = (flat > kLeastNormalWeight).nonzero().view({-1});
  const Tensor chosen = points.detach().reshape({-1, 3}).index_select(0, seen);
  const Tensor gradient = evaluator.raw_gradient(chosen);
  const Tensor normal = gradient / gradient.norm(2, 1, true).clamp_min(1e-12).neg();
  const Tensor all = at::zeros({flat.size(0), 3}, normal.options());
  all.index_copy_(0, seen, normal);
  return at::bmm(weights.detach().unsqueeze(1), all.view({weights.size(0), -1, 3})).squeeze(1);
}

MarchResult march_reference(const Field& field, const MarchRays& march,
                            const RenderOptions& options, bool gradients) {
  Scene scene{field, options, gradients, std::nullopt};
  if (options.want_normals) scene.evaluator.emplace(field);
  return gradients ? march_chunk(scene, march) : march_in_chunks(scene, march);
}

}  // namespace portrait
