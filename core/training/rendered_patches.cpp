// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/rendered_patches.h"

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/rays.h"
#include "core/field/renderer.h"
#include "core/field/super_resolution.h"
#include "core/training/subject_cache.h"

#include <Eigen/LU>

#include <array>
#include <vector>

namespace portrait {
namespace {

constexpr float kGrey = 0.5F;

// The 32 x 32 rays of the 128 image that a patch of the 512 view covers.
Rays patch_rays(const Tensor& numbers, at::Device device) {
  const float* n = numbers.data_ptr<float>();
  Camera camera;
  Eigen::Matrix4d camera_from_world = Eigen::Matrix4d::Identity();
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) {
      camera_from_world(row, column) = double(n[row * 4 + column]);
    }
  }
  camera.world_from_camera = camera_from_world.inverse();
  camera.focal_x = double(n[12]);
  camera.focal_y = double(n[13]);
  camera.centre_x = double(n[14]);
  camera.centre_y = double(n[15]);
  constexpr int kScale = SuperResolution::kScale;
  return camera_rays(camera, 128, 128,
                     {int(n[16]) / kScale, int(n[17]) / kScale, kPatchPoints, kPatchPoints},
                     at::TensorOptions(at::kFloat).device(device));
}

}  // namespace

RenderedPatches render_patches(const Tensor& planes, const Decoder& decoder,
                               const FieldFrame& frame, const Tensor& cameras,
                               const RandomKey& rays) {
  std::vector<Tensor> pieces;
  std::vector<Tensor> opacities;
  std::vector<Tensor> depths;
  RenderOptions options;
  options.coarse = 32;
  options.fine = 24;
  options.background = std::array<float, 3>{kGrey, kGrey, kGrey};
  for (std::int64_t b = 0; b < planes.size(0); ++b) {
    Field field;
    field.planes = planes[b];
    field.decoder = decoder;
    field.frame = frame;
    RandomKey key = rays;
    key.view = static_cast<std::uint32_t>(b);
    options.jitter_key = key;
    const RenderOutput out = render(field, patch_rays(cameras[b], planes.device()), options);
    pieces.push_back(out.features.transpose(0, 1).reshape({-1, kPatchPoints, kPatchPoints}));
    opacities.push_back(out.opacity.view({1, kPatchPoints, kPatchPoints}));
    depths.push_back(out.depth.view({kPatchPoints, kPatchPoints}));
  }
  return {at::stack(pieces), at::stack(opacities), at::stack(depths)};
}

}  // namespace portrait
