// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/head_mesh.h"

#include "core/base/error.h"
#include "core/base/settings.h"
#include "core/camera/camera.h"
#include "core/field/query.h"
#include "core/mesh/surface.h"
#include "core/pipeline/head_view.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kBlur = 0.00375F;  // 1.5 mm, half a texel of a plane of 128
constexpr double kMillimetresPerUnit = 10 * kCentimetresPerUnit;

// Empties the grid below a height, by parts within the last spacing, so that the cut lies there and
// not on the next nodes.
void cut_off(DensityGrid& grid, float bottom) {
  const float spacing = grid.spacing().y();
  for (int y = 0; y < grid.dims.y(); ++y) {
    const float above = (grid.box.min().y() + float(y) * spacing - bottom) / spacing;
    const float kept = std::clamp(above + 0.5F, 0.0F, 1.0F);
    if (kept == 1) return;
    for (int z = 0; z < grid.dims.z(); ++z) {
      for (int x = 0; x < grid.dims.x(); ++x) grid.density[grid.index(x, y, z)] *= kept;
    }
  }
}

}  // namespace

HeadSurface HeadSurface::from(const Settings& settings) {
  return {settings.get<int>("mesh.resolution"), settings.get<double>("mesh.threshold"),
          settings.get<double>("mesh.bottom")};
}

TriangleMesh surface_of_head(const HeadView& head, const HeadSurface& surface) {
  check(surface.resolution >= 8, ErrorCode::kBadUsage,
        "A mesh resolution of {} is too low; 8 at least, 192 is usual", surface.resolution);
  const Eigen::AlignedBox3f box = occupied_box(head.occupancy());
  check(!box.isEmpty(), ErrorCode::kBadInput, "The head is empty: there is no surface to export");
  const double spacing = 2 * head.field().frame.half_extent / surface.resolution;
  Eigen::Vector3i dims;
  for (int a = 0; a < 3; ++a) {
    dims[a] = std::max(2, static_cast<int>(std::ceil(box.sizes()[a] / spacing)) + 1);
  }
  SurfaceOptions options;
  options.threshold = static_cast<float>(surface.threshold);
  options.blur = kBlur;
  DensityGrid grid = sample_density_grid(head.field(), box, dims, head.occupancy());
  cut_off(grid, float(surface.bottom_mm / kMillimetresPerUnit));
  return extract_surface(grid, options).mesh;
}

void colour_by_field(TriangleMesh& mesh, const HeadView& head) {
  colour_vertices(
      mesh, [&](const std::vector<Eigen::Vector3f>& positions, std::vector<Eigen::Vector3f>& srgb) {
        const auto count = static_cast<std::int64_t>(positions.size());
        Tensor points = at::empty({count, 3}, at::kFloat);
        for (std::int64_t i = 0; i < count; ++i) {
          std::copy_n(positions[std::size_t(i)].data(), 3, points.data_ptr<float>() + 3 * i);
        }
        const Tensor rgb = query_points(head.field(), points.to(head.field().device()))
                               .rgb.to(at::kCPU)
                               .clamp(0, 1)
                               .contiguous();
        for (std::int64_t i = 0; i < count; ++i) {
          std::copy_n(rgb.data_ptr<float>() + 3 * i, 3, srgb[std::size_t(i)].data());
        }
      });
}

}  // namespace portrait
