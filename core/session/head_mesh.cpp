// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/head_mesh.h"

#include "core/base/error.h"
#include "core/field/query.h"
#include "core/mesh/surface.h"
#include "core/pipeline/head_view.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kBlur = 0.00375F;  // 1.5 mm, half a texel of a plane of 128

}  // namespace

TriangleMesh surface_of_head(const HeadView& head, int resolution, double threshold) {
  check(resolution >= 8, ErrorCode::kBadUsage,
        "A mesh resolution of {} is too low; 8 at least, 192 is usual", resolution);
  const Eigen::AlignedBox3f box = occupied_box(head.occupancy());
  check(!box.isEmpty(), ErrorCode::kBadInput, "The head is empty: there is no surface to export");
  const double spacing = 2 * head.field().frame.half_extent / resolution;
  Eigen::Vector3i dims;
  for (int a = 0; a < 3; ++a) {
    dims[a] = std::max(2, static_cast<int>(std::ceil(box.sizes()[a] / spacing)) + 1);
  }
  SurfaceOptions options;
  options.threshold = static_cast<float>(threshold);
  options.blur = kBlur;
  return extract_surface(sample_density_grid(head.field(), box, dims, head.occupancy()), options)
      .mesh;
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
