// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/driving_view.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/nn/check_shape.h"
#include "core/reprojection/view_pair.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace portrait {
namespace {

void check_map(const Tensor& map, const Tensor& depth, const char* name) {
  check(map.scalar_type() == at::kFloat, ErrorCode::kInternal,
        "The {} of a driving view is of type {}, expected float", name,
        at::toString(map.scalar_type()));
  check(map.device() == depth.device(), ErrorCode::kInternal,
        "The {} of a driving view is on {}, its depth on {}", name, map.device().str(),
        depth.device().str());
}

// Pixels of the old grid that a cell of the new one takes over: those whose centres fall in it, or
// the one its own centre falls in. Of `cells` cells over `pixels` pixels.
std::pair<int, int> pixels_of_cell(int cell, int cells, int pixels) {
  // (i + 0.5) / pixels >= cell / cells, in integers
  const auto first_from = [&](std::int64_t c) {
    return static_cast<int>((2 * c * pixels + cells - 1) / (2 * cells));
  };
  const int begin = first_from(cell);
  const int end = first_from(cell + 1);
  if (begin < end) return {begin, end};
  const int own = static_cast<int>((2 * std::int64_t(cell) + 1) * pixels / (2 * cells));
  return {own, own + 1};
}

constexpr double kOneSurfacePx = 4;  // change of depth a pixel, in sizes of a pixel

// A place between the pixels round a cell's centre.
struct Between {
  std::int64_t pixels[4];
  float weights[4];  // sum to 1; of pixels that do not count, 0
};

class CellSampler {
 public:
  CellSampler(const DrivingView& view, float min_opacity)
      : maps_(lifted_maps(view)),
        width_(view.width()),
        height_(view.height()),
        min_opacity_(min_opacity) {}

  // The pixel that the cell takes over, or -1.
  std::int64_t pick(int x, int y, int cells_x, int cells_y) {
    const auto [left, right] = pixels_of_cell(x, cells_x, width_);
    const auto [top, bottom] = pixels_of_cell(y, cells_y, height_);
    lifted_.clear();
    for (int row = top; row < bottom; ++row) {
      for (int column = left; column < right; ++column) {
        const std::int64_t at = std::int64_t(row) * width_ + column;
        if (is_lifted(at)) lifted_.emplace_back(maps_.depth[at], at);
      }
    }
    if (2 * std::int64_t(lifted_.size()) < std::int64_t(right - left) * (bottom - top)) return -1;
    const auto median = lifted_.begin() + std::ptrdiff_t(lifted_.size() - 1) / 2;
    std::nth_element(lifted_.begin(), median, lifted_.end());
    return median->second;
  }

  // Round the centre of a cell of a finer grid, which took over `picked`.
  Between round_centre(int x, int y, int cells_x, int cells_y, std::int64_t picked,
                       double focal_x) const {
    const double u = (x + 0.5) * width_ / cells_x - 0.5;
    const double v = (y + 0.5) * height_ / cells_y - 0.5;
    const int left = int(std::floor(u)), top = int(std::floor(v));
    const std::int64_t own_x = picked % width_, own_y = picked / width_;
    const double own = maps_.depth[picked];
    const double step = kOneSurfacePx / (focal_x * width_);  // of a depth of one
    Between between{};
    double sum = 0;
    for (int corner = 0; corner < 4; ++corner) {
      const std::int64_t column = std::clamp(left + corner % 2, 0, width_ - 1);
      const std::int64_t row = std::clamp(top + corner / 2, 0, height_ - 1);
      const std::int64_t at = row * width_ + column;
      between.pixels[corner] = at;
      const auto apart = double(std::abs(column - own_x) + std::abs(row - own_y));
      if (!is_lifted(at)) continue;
      const double other = maps_.depth[at];
      if (std::abs(other - own) > step * apart * std::min(own, other)) continue;
      const double across = corner % 2 == 0 ? 1 - (u - left) : u - left;
      const double down = corner / 2 == 0 ? 1 - (v - top) : v - top;
      between.weights[corner] = float(across * down);
      sum += across * down;
    }
    for (float& weight : between.weights) weight = float(weight / sum);
    return between;
  }

 private:
  bool is_lifted(std::int64_t at) const {
    return maps_.depth[at] > 0 && maps_.depth[at] < std::numeric_limits<float>::infinity() &&
           (!maps_.opacity || maps_.opacity[at] >= min_opacity_) &&
           (!maps_.segmentation || maps_.segmentation[at] >= 0.5F);
  }

  LiftedMaps maps_;
  int width_;
  int height_;
  float min_opacity_;
  std::vector<std::pair<float, std::int64_t>> lifted_;  // depth and pixel
};

}  // namespace

void check_view(const DrivingView& view) {
  check(view.depth.defined(), ErrorCode::kInternal, "A driving view without depth");
  check_shape(view.depth, {-1, -1}, "depth of a driving view");
  check_map(view.depth, view.depth, "depth");
  const std::int64_t height = view.depth.size(0);
  const std::int64_t width = view.depth.size(1);
  const std::pair<const Tensor&, const char*> masks[] = {{view.opacity, "opacity"},
                                                         {view.segmentation, "segmentation"}};
  for (const auto& [map, name] : masks) {
    if (!map.defined()) continue;
    check_shape(map, {height, width}, name);
    check_map(map, view.depth, name);
  }
  if (view.normals.defined()) {
    check_shape(view.normals, {3, height, width}, "normals");
    check_map(view.normals, view.depth, "normals");
  }
}

DrivingView resample_view(const DrivingView& view, int width, int height, double min_opacity) {
  check_view(view);
  check(width >= 1 && height >= 1, ErrorCode::kBadUsage,
        "A view resampled to {} x {} pixels, expected at least 1 x 1", width, height);
  const DrivingView from = on_processor(view);
  DrivingView to;
  to.camera = view.camera;
  to.depth = at::full({height, width}, std::numeric_limits<float>::infinity());
  to.segmentation = at::zeros({height, width});
  if (view.normals.defined()) to.normals = at::zeros({3, height, width});
  float* depth = to.depth.data_ptr<float>();
  float* lifted = to.segmentation.data_ptr<float>();
  const std::int64_t old_plane = from.depth.numel();
  const std::int64_t new_plane = to.depth.numel();
  const bool finer = width > from.width() && height > from.height();
  parallel_for(height, 8, [&](std::int64_t begin, std::int64_t end) {
    CellSampler sampler(from, static_cast<float>(min_opacity));
    for (std::int64_t at = begin * width; at < end * width; ++at) {
      const std::int64_t picked =
          sampler.pick(static_cast<int>(at % width), static_cast<int>(at / width), width, height);
      if (picked < 0) continue;
      const Between between =
          finer ? sampler.round_centre(static_cast<int>(at % width), static_cast<int>(at / width),
                                       width, height, picked, view.camera.focal_x)
                : Between{{picked, picked, picked, picked}, {1, 0, 0, 0}};
      const auto value = [&](const float* map) {
        float change = 0;
        for (int corner = 0; corner < 4; ++corner) {
          if (between.weights[corner] == 0) continue;
          change += between.weights[corner] * (map[between.pixels[corner]] - map[picked]);
        }
        return map[picked] + change;
      };
      depth[at] = value(from.depth.data_ptr<float>());
      lifted[at] = 1;
      if (!to.normals.defined()) continue;
      for (int axis = 0; axis < 3; ++axis) {
        to.normals.data_ptr<float>()[axis * new_plane + at] =
            value(from.normals.data_ptr<float>() + axis * old_plane);
      }
    }
  });
  to.depth = to.depth.to(view.depth.device());
  to.segmentation = to.segmentation.to(view.depth.device());
  to.opacity = to.segmentation;
  if (to.normals.defined()) to.normals = to.normals.to(view.depth.device());
  return to;
}

}  // namespace portrait
