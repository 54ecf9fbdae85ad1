// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/random_tensor.h"
#include "core/reprojection/carry.h"
#include "core/reprojection/kernels/splat_cuda.h"
#include "core/reprojection/view_pair.h"
#include "tests/field/cuda_comparison.h"

#include <string>
#include <vector>

// The splat's CUDA kernels on a device against the splat on the processor.
namespace portrait {

// A ball in front of a wavy wall: tears, holes, and one surface behind another.
inline DrivingView ball_before_a_wall(int width) {
  const Tensor line = (at::arange(width, at::kFloat) + 0.5) / width - 0.5;
  const Tensor u = line.view({1, width});
  const Tensor v = line.view({width, 1});
  const Tensor wall = 2.7 + 0.04 * (u * 23).sin() * (v * 17).cos();
  const Tensor inside = (0.0625 - u.square() - v.square()).clamp_min(0);
  return {rig_camera({0, 0}), at::where(inside > 0, 2.4 - inside.sqrt(), wall), {}, {}, {}};
}

inline void check_launched(int error) {
  check(error == 0, ErrorCode::kUnsupported,
        "The CUDA device did not take the splat's kernels (error {})", error);
}

// make_splat() and carry_image() by the kernels; results on the processor.
struct DeviceSplat {
  SplatMap map;
  Tensor carried;
};
inline DeviceSplat splat_on(at::Device device, const DrivingView& view, const Camera& target,
                            const Tensor& image, float background) {
  const int width = view.width();
  const int height = view.height();
  const auto floats = at::TensorOptions(at::kFloat).device(device);
  const SplatGeometry geometry = pair_geometry(view, target, width, height, {});
  const DrivingView there{view.camera, view.depth.to(device).contiguous(), {}, {}, {}};
  const Tensor keys = at::empty({height, width}, floats.dtype(at::kLong));
  SplatMap map{at::empty({height, width}, floats.dtype(at::kInt)),
               at::empty({height, width}, floats),
               at::empty({height, width}, floats.dtype(at::kByte)), width, height};
  check_launched(cuda::make_splat(
      geometry, lifted_maps(there), reinterpret_cast<SplatKey*>(keys.data_ptr<std::int64_t>()),
      {map.source.data_ptr<std::int32_t>(), map.depth.data_ptr<float>(),
       map.closing.data_ptr<std::uint8_t>()},
      /*close_holes=*/true, /*stream=*/nullptr));
  const Tensor from = image.to(device).contiguous();
  const Tensor behind = at::full({1}, background, floats);
  const Tensor carried = at::empty_like(from);
  check_launched(cuda::carry_planes(
      {map.source.data_ptr<std::int32_t>(), map.closing.data_ptr<std::uint8_t>(), width}, height,
      from.data_ptr<float>(), std::int64_t(width) * height, static_cast<int>(from.size(0)),
      behind.data_ptr<float>(), 1, carried.data_ptr<float>(), /*stream=*/nullptr));
  return {{map.source.cpu(), map.depth.cpu(), map.closing.cpu(), width, height}, carried.cpu()};
}

// Shares of the pixels that differ. Some do: a device contracts products and sums, so that a point
// on a border between two pixels may fall on its other side.
inline std::vector<Comparison> compare_splat(int width, at::Device device) {
  constexpr double kLimit = 1e-3;
  constexpr float kBackground = 0.5F;
  const at::NoGradGuard no_gradient;
  const DrivingView view = ball_before_a_wall(width);
  const Tensor image =
      normal_tensor({3, random_purpose("splat comparison"), 0, 0}, {3, width, width});
  std::vector<Comparison> all;
  for (const double turn_deg : {15.0, -40.0}) {
    const Camera target = rig_camera({turn_deg, 10});
    const DeviceSplat found = splat_on(device, view, target, image, kBackground);
    const SplatMap map = make_splat(view, target, width, width);
    const auto share = [](const Tensor& differs) {
      return differs.to(at::kDouble).mean().item<double>();
    };
    const Tensor finite = map.depth.isfinite();
    const Tensor apart = (found.map.depth - map.depth).abs().masked_fill(finite.logical_not(), 0);
    const std::string name = "splat by " + std::to_string(int(turn_deg)) + " degrees: ";
    all.push_back({name + "winners", share(found.map.source.ne(map.source)), kLimit});
    all.push_back({name + "closed holes", share(found.map.closing.ne(map.closing)), kLimit});
    all.push_back({name + "void", share(found.map.depth.isfinite().ne(finite)), kLimit});
    all.push_back({name + "depth", share(apart.gt(1e-4)), kLimit});
    all.push_back(
        {name + "carried image",
         share((found.carried - carry_image(map, image, double(kBackground))).abs().gt(1e-4)),
         kLimit});
  }
  return all;
}

}  // namespace portrait
