// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/view_render.h"

#include "core/field/renderer.h"
#include "core/reprojection/surface_detail.h"

namespace portrait {
namespace {

// [3,3] f32: the world's axes to the camera's.
Tensor camera_from_world(const Camera& camera) {
  Tensor rotation = at::empty({3, 3});
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      rotation.accessor<float, 2>()[row][column] =
          static_cast<float>(camera.world_from_camera(column, row));
    }
  }
  return rotation;
}

}  // namespace

DrivingView ViewRender::driving(const Tensor& segmentation) const {
  return {camera, depth, opacity, segmentation, normals};
}

Tensor ViewRender::normal_picture() const {
  const std::int64_t width = normals.size(2);
  const Tensor turned =
      at::matmul(camera_from_world(camera).to(normals.device()), normals.reshape({3, -1}));
  const Tensor length = turned.norm(2, 0, true).clamp_min(1e-6);
  // Where matter is seen, the direction counts; the sum's length says how much its parts agree.
  const Tensor shown = turned / length * opacity.reshape({1, -1}).clamp(0, 1);
  const Tensor small = (0.5 + 0.5 * shown).reshape({1, 3, width, width});
  if (rgb.size(2) == width) return small.squeeze(0);
  return at::upsample_bilinear2d(small, {rgb.size(1), rgb.size(2)}, false).squeeze(0);
}

ViewRender render_view(const Field& field, const Camera& camera, const ViewRenderOptions& options) {
  const at::NoGradGuard no_grad;
  RenderOptions render_options;
  render_options.coarse = options.coarse;
  render_options.fine = options.fine;
  render_options.background = {{options.background, options.background, options.background}};
  render_options.occupancy = options.occupancy;
  render_options.want_normals = options.want_normals;
  const bool sharpen = !field.sr.empty();
  const RenderedImage image = sharpen
                                  ? render_neural(field, camera, options.width, render_options)
                                  : render_image(field, camera, options.width, render_options);
  ViewRender view{camera, sharpen ? image.neural : image.rgb, image.depth, image.opacity,
                  image.normals};
  if (sharpen) view.rgb = with_surface_detail(view.rgb, field.detail, view.driving());
  return view;
}

}  // namespace portrait
