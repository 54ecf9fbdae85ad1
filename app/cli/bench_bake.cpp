// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/bench_fields.h"
#include "core/field/bake.h"
#include "core/field/query.h"
#include "core/field/renderer.h"

namespace portrait::cli {

using Json = nlohmann::ordered_json;

std::vector<BenchRow> bench_bake(const Machine& machine, const BenchOptions& bench,
                                 Json& findings) {
  const at::NoGradGuard no_gradient;
  const Field head = head_field(bench.pack).to(machine.device);
  const OccupancyGrid grid = build_occupancy(head);
  BakeOptions small;
  small.samples_over_height = 192;
  BakeOptions large;
  large.samples_over_height = 384;
  const BakedVolume before = bake(head, small);
  BakeOptions again = small;
  again.previous = &before;
  again.tolerance = 2;
  // A few optimisation steps later: some of the head has moved, most has not.
  Field moved = head.clone();
  moved.planes.narrow(3, 0, 24).add_(0.3);
  const Eigen::Vector3i dims = Eigen::Vector3i::Constant(256);
  const Camera camera = rig_camera({20, 0});
  RenderOptions options;
  options.occupancy = &grid;

  std::vector<BenchRow> rows;
  measure(machine, bench.repeats,
          {{"bake.occupancy", {{"cells", 64}, {"field", "head"}}, [&] { build_occupancy(head); }},
           {"bake", {{"samples", 192}, {"field", "head"}}, [&] { bake(head, small); }},
           {"bake.unchanged", {{"samples", 192}, {"field", "head"}}, [&] { bake(head, again); }},
           {"bake.moved", {{"samples", 192}, {"field", "head"}}, [&] { bake(moved, again); }},
           {"bake.large", {{"samples", 384}, {"field", "head"}}, [&] { bake(head, large); }},
           {"density_grid", {{"nodes", 256}, {"field", "head"}},
            [&] { sample_density_grid(head, occupied_box(grid), dims, grid); }},
           {"frame.rays", {{"width", 512}, {"field", "head"}},
            [&] { render_image(head, camera, 512, options); }},
           {"frame.neural", {{"width", 512}, {"field", "head"}},
            [&] { render_neural(head, camera, 128, options); }}},
          rows);
  findings["bricks with matter"] = double(before.hashes.size());
  findings["million samples"] =
      double(before.hashes.size()) * BakedVolume::kBrickSamples * 1e-6;
  findings["part of the box that is occupied"] = grid.fraction();
  findings["an unchanged head, times as fast"] =
      row_named(rows, "bake").median_ms / row_named(rows, "bake.unchanged").median_ms;
  return rows;
}

}  // namespace portrait::cli
