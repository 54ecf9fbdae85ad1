// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/splat.h"

#include "core/base/thread_pool.h"
#include "core/reprojection/kernels/splat_kernels.h"
#include "core/reprojection/view_pair.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr int kRowGrain = 32;
// Slices of the source that fill keys of their own, so that no thread waits for another. Which
// slice a point was in leaves no trace in the result, so their number may follow the machine.
constexpr int kMostSlices = 4;

Tensor lift_points(const SplatGeometry& geometry, const LiftedMaps& maps) {
  const int slices = std::min({pool_threads(), kMostSlices, geometry.source_height});
  const std::int64_t pixels = std::int64_t(geometry.target_width) * geometry.target_height;
  const Tensor keys = at::empty({slices, pixels}, at::kLong);
  auto* all = reinterpret_cast<SplatKey*>(keys.data_ptr<std::int64_t>());
  parallel_slices(geometry.source_height, slices,
                  [&](int slice, std::int64_t begin, std::int64_t end) {
                    SplatKey* own = all + slice * pixels;
                    std::fill_n(own, pixels, kNoPoint);
                    lift_rows(geometry, maps, static_cast<int>(begin), static_cast<int>(end), own);
                  });
  return keys;
}

// Calls kernel(geometry, begin, end, planes) over the target's rows.
template <typename Kernel>
void over_rows(const SplatGeometry& geometry, const SplatPlanes& planes, const Kernel& kernel) {
  parallel_for(geometry.target_height, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    kernel(geometry, static_cast<int>(begin), static_cast<int>(end), planes);
  });
}

}  // namespace

SplatMap make_splat(const DrivingView& view, const Camera& target, int width, int height,
                    const SplatOptions& options) {
  const SplatGeometry geometry = pair_geometry(view, target, width, height, options);
  const DrivingView here = on_processor(view);
  SplatMap map{at::empty({height, width}, at::kInt), at::empty({height, width}),
               at::empty({height, width}, at::kByte), view.width(), view.height()};
  const SplatPlanes planes{map.source.data_ptr<std::int32_t>(), map.depth.data_ptr<float>(),
                           map.closing.data_ptr<std::uint8_t>()};
  const Tensor keys = lift_points(geometry, lifted_maps(here));
  const auto* points = reinterpret_cast<const SplatKey*>(keys.data_ptr<std::int64_t>());
  const int sets = static_cast<int>(keys.size(0));
  over_rows(geometry, planes, [&](const auto& g, int begin, int end, const auto& to) {
    settle_rows(g, points, sets, begin, end, to);
  });
  if (options.close_holes) {
    over_rows(geometry, planes, find_hidden);
    over_rows(geometry, planes, close_rows);
    over_rows(geometry, planes, find_column_gaps);
    over_rows(geometry, planes, close_columns);
  }
  const at::Device device = view.depth.device();
  map.source = map.source.to(device);
  map.depth = map.depth.to(device);
  map.closing = map.closing.to(device);
  return map;
}

Tensor SplatMap::known() const {
  return depth.isfinite().to(at::kFloat).unsqueeze(0);
}

Tensor SplatMap::won() const {
  return source.ge(0).to(at::kFloat).unsqueeze(0);
}

}  // namespace portrait
