// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/bench_fields.h"
#include "core/base/settings.h"
#include "core/field/query.h"
#include "core/mesh/marching_cubes.h"
#include "core/mesh/soft_occupancy.h"
#include "core/mesh/surface.h"

namespace portrait::cli {

using Json = nlohmann::ordered_json;

std::vector<BenchRow> bench_surface(const Machine& machine, const BenchOptions& bench,
                                    Json& findings) {
  const at::NoGradGuard no_gradient;
  constexpr int kNodes = 256;
  constexpr float kBlur = 0.00375F;  // as surface_of_head() has it
  const Field head = head_field(bench.pack).to(machine.device);
  const OccupancyGrid occupancy = build_occupancy(head);
  const DensityGrid density = sample_density_grid(head, occupied_box(occupancy),
                                                  Eigen::Vector3i::Constant(kNodes), occupancy);
  SurfaceOptions options;
  options.threshold = float(Settings().get<double>("mesh.threshold"));
  options.blur = kBlur;
  const DensityGrid soft = soft_occupancy(density, options.threshold, options.blur);
  const TriangleMesh mesh = marching_cubes(soft, 0.5F);
  TriangleMesh again = mesh;
  const double grid_bytes = double(soft.density.size()) * sizeof(float);
  const Json config = {{"nodes", kNodes}, {"field", "head"}};

  std::vector<BenchRow> rows;
  measure(
      machine, bench.repeats,
      {{"surface", config, [&] { marching_cubes(soft, 0.5F); }, 0, grid_bytes},
       {"surface.one_thread", config, [&] { on_one_thread([&] { marching_cubes(soft, 0.5F); }); },
        0, grid_bytes},
       {"surface.normals", config, [&] { compute_normals(again); }},
       {"surface.blur", config, [&] { soft_occupancy(density, options.threshold, options.blur); }},
       {"surface.finished", config, [&] { extract_surface(density, options); }}},
      rows);
  const BenchRow& whole = row_named(rows, "surface");
  findings["triangles"] = double(mesh.triangles.size());
  findings["vertices"] = double(mesh.positions.size());
  findings["surface: grid read, share of copy bandwidth"] =
      grid_bytes * 1e-9 / (whole.median_ms * 1e-3) / machine.copy_gb_s;
  findings["surface: times as fast as on one thread"] =
      row_named(rows, "surface.one_thread").median_ms / whole.median_ms;
  return rows;
}

}  // namespace portrait::cli
