// SPDX-License-Identifier: Apache-2.0
#include "core/training/mean_surface.h"

#include "core/nn/safetensors.h"
#include "core/nn/torch_safetensors.h"
#include "core/training/frontal_view.h"
#include "core/training/subject_cache.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace portrait {
namespace {

constexpr int kGrid = 64;  // coarse, so that every cell sees points of every subject
constexpr int kAxes[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};  // columns, rows, normal

// Spreads known cells outward until all are known, then smooths.
Tensor filled(Tensor sum, Tensor weight) {
  const auto pool = [](const Tensor& x) {
    return at::avg_pool2d(at::replication_pad2d(x, {1, 1, 1, 1}), {3, 3}, {1, 1});
  };
  sum = sum.view({1, 1, kGrid, kGrid});
  weight = weight.view({1, 1, kGrid, kGrid});
  Tensor value = sum / weight.clamp_min(1e-6);
  Tensor known = weight.gt(0).to(at::kFloat);
  value = value * known;
  for (int i = 0; i < kGrid; ++i) {
    const Tensor near = pool(known);
    const Tensor spread = pool(value * known) / near.clamp_min(1e-6);
    const Tensor gained = near.gt(0).to(at::kFloat);
    value = known * value + (1 - known) * gained * spread;
    known = at::max(known, gained);
  }
  for (int i = 0; i < 2; ++i) value = pool(value);
  return value;
}

}  // namespace

Tensor mean_surface(const std::vector<std::filesystem::path>& subjects, int slices,
                    int resolution, bool frontal) {
  Tensor result = at::empty({3, slices, resolution, resolution});
  for (int plane = 0; plane < 3; ++plane) {
    const auto& [column, row, normal] = kAxes[plane];
    for (int upper = 0; upper < 2; ++upper) {
      Tensor sum = at::zeros({kGrid * kGrid});
      Tensor weight = at::zeros({kGrid * kGrid});
      for (const auto& path : subjects) {
        const SafetensorsFile file(path);
        const Tensor points = to_tensor(file.at("surface_points"));
        const auto* p = points.data_ptr<std::int16_t>();
        std::optional<FrontalView> front;
        if (frontal) front.emplace(points);
        std::vector<float> extreme(kGrid * kGrid, NAN);
        for (std::int64_t i = 0; i < points.size(0); ++i, p += 3) {
          const Eigen::Vector3f place = Eigen::Vector3f(p[0], p[1], p[2]) * (1 / kPointScale);
          if (front && !front->sees(place)) continue;
          const auto cell = [&](int axis) {
            return std::clamp(int((p[axis] / kPointScale + 0.5F) * kGrid), 0, kGrid - 1);
          };
          float& at = extreme[std::size_t(cell(row)) * kGrid + cell(column)];
          const float value = p[normal] / kPointScale;
          if (std::isnan(at) || (upper ? value > at : value < at)) at = value;
        }
        for (int i = 0; i < kGrid * kGrid; ++i) {
          if (std::isnan(extreme[i])) continue;
          sum.data_ptr<float>()[i] += extreme[i];
          weight.data_ptr<float>()[i] += 1;
        }
      }
      const Tensor fine =
          at::upsample_bilinear2d(filled(sum, weight), {resolution, resolution}, false)
              .view({resolution, resolution});
      for (int slice = 0; slice < slices; ++slice) {
        if ((2 * slice + 1 < slices ? 0 : 1) == upper) {
          result.select(0, plane).select(0, slice).copy_(fine);
        }
      }
    }
  }
  return result;
}

}  // namespace portrait
