// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/renderer.h"

#include "core/base/error.h"

namespace portrait {

RenderedImage render_image(const Field& field, const Camera& camera, int width,
                           const RenderOptions& options) {
  check(width > 0, ErrorCode::kBadUsage, "an image {} pixels wide was asked for", width);
  const Rays rays = camera_rays(camera, width, width, field.planes.options().requires_grad(false));
  const RenderOutput out = render(field, rays, options);
  RenderedImage image;
  image.features = out.features.t().reshape({kFieldChannels, width, width});
  image.rgb = image.features.narrow(0, 0, 3);
  image.depth = out.depth.view({width, width});
  image.opacity = out.opacity.view({width, width});
  if (out.normals.defined()) image.normals = out.normals.t().reshape({3, width, width});
  return image;
}

RenderedImage render_neural(const Field& field, const Camera& camera, int width,
                            const RenderOptions& options) {
  check(!field.sr.empty(), ErrorCode::kUnsupported,
        "this field has no super-resolution network, so there is no neural frame of it");
  RenderedImage image = render_image(field, camera, width, options);
  image.neural = field.sr.forward(image.features.unsqueeze(0)).squeeze(0);
  return image;
}

}  // namespace portrait
