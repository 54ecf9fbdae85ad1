// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"
#include "core/training/pair_file.h"
#include "tests/reprojection/test_views.h"
#include "tests/training/tiny_latents.h"

namespace portrait {

// Pairs of a ball: latents of 8 x 8 in which each target is a pattern of its own, and all that
// HPDM is told of it says which; large ones on demand.
inline std::map<std::string, Tensor> tiny_pairs(std::uint32_t subject, bool large) {
  std::map<std::string, Tensor> tensors;
  const auto normal = [&](at::IntArrayRef shape, std::uint32_t index) {
    Tensor tensor = at::empty(shape);
    RandomStream({9, random_purpose("tiny pairs"), subject, index})
        .fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
    return tensor;
  };
  const auto add = [&](const std::string& prefix, std::int64_t side) {
    const Tensor truth = normal({13, 4, side, side}, 0);
    tensors[prefix + "truth"] = truth;
    tensors[prefix + "render"] = 0.5 * truth;
    tensors[prefix + "normals"] = normal({2, 13, 4, side, side}, 1);
    tensors[prefix + "photo"] = truth[0];
    tensors[prefix + "projected"] = truth.unsqueeze(0).expand({kPairKinds, 13, 4, side, side});
    tensors[prefix + "known"] = at::ones({kPairKinds, 13, 1, side, side});
  };
  add("small.", 8);
  if (large) add("large.", 16);
  std::vector<Tensor> cameras, depths;
  for (const RigView& view : standard_viewpoint_rig()) {
    cameras.push_back(camera_tensor(rig_camera(view.viewpoint)));
    depths.push_back(at::nan_to_num(ball_view(rig_camera(view.viewpoint), 64).depth, 0, 0, 0));
  }
  tensors["cameras"] = at::stack(cameras);
  tensors["photo_camera"] = cameras.front().unsqueeze(0);
  tensors["depth"] = at::stack({at::stack(depths), at::stack(depths), at::stack(depths)});
  return tensors;
}

}  // namespace portrait
