// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/hpdm_inputs.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"
#include "core/reprojection/carry.h"

namespace portrait {
namespace {

DrivingView at_size(const DrivingView& view, int width, int height, double min_opacity) {
  if (view.width() == width && view.height() == height) return view;
  return resample_view(view, width, height, min_opacity);
}

// Pictures [3, H, W] in [0, 1], B of them -> their latents [B, L, h, w] in diffusion units.
Tensor encode(const AutoencoderKL& vae, const std::vector<Tensor>& pictures, const char* what) {
  for (const Tensor& picture : pictures) {
    check(picture.defined(), ErrorCode::kInternal, "HPDM reads {} and was given none", what);
    check_shape(picture, {3, pictures.front().size(1), pictures.front().size(2)}, what);
  }
  return vae.to_diffusion(vae.encode(at::stack(pictures) * 2 - 1).mean);
}

// Those that are known as they are, the others encoded.
Tensor driving_latents(const AutoencoderKL& vae, const std::vector<HpdmPictures>& pictures) {
  std::vector<Tensor> latents;
  for (const HpdmPictures& each : pictures) {
    latents.push_back(each.latents.defined() ? each.latents.unsqueeze(0)
                                             : encode(vae, {each.image}, "driving images"));
  }
  return at::cat(latents);
}

}  // namespace

ProjectedReference project_reference(const HpdmPictures& pictures,
                                     const HpdmInputOptions& options) {
  check_shape(pictures.image, {3, -1, -1}, "driving image");
  const int height = static_cast<int>(pictures.image.size(1));
  const int width = static_cast<int>(pictures.image.size(2));
  const SplatMap map =
      make_splat(at_size(pictures.driving, width, height, options.splat.min_opacity),
                 pictures.target, width, height, options.splat);
  return {carry_image(map, pictures.image, options.background), map.known()};
}

HpdmView encode_hpdm_view(const AutoencoderKL& vae, const HpdmConfig& config,
                          const std::vector<HpdmPictures>& pictures,
                          const HpdmInputOptions& options) {
  const at::NoGradGuard no_gradient;
  check(!pictures.empty(), ErrorCode::kInternal, "HPDM was given no view");
  std::vector<Tensor> projected, known, normals, renders;
  for (const HpdmPictures& each : pictures) {
    const ProjectedReference reference = project_reference(each, options);
    projected.push_back(reference.image);
    known.push_back(reference.known);
    normals.push_back(each.normals);
    renders.push_back(each.render);
  }
  HpdmView view;
  view.projected = encode(vae, projected, "projected images");
  const std::int64_t height = view.projected.size(2);
  const std::int64_t width = view.projected.size(3);
  // A cell of the latents is known as far as its pixels are.
  const std::int64_t cell = vae.config().reduction();
  view.known = at::avg_pool2d(at::stack(known), {cell, cell});
  if (config.geometry_prior) {
    view.normals = encode(vae, normals, "normals");
    view.coarse = encode(vae, renders, "renders");
  }
  if (!config.implicit) return view;
  view.driving = driving_latents(vae, pictures);
  check_shape(view.driving,
              {view.projected.size(0), view.projected.size(1), height, width}, "driving latents");
  for (const HpdmPictures& each : pictures) {
    view.links.emplace_back(each.driving, each.target, static_cast<int>(height),
                            static_cast<int>(width), config.control.sizes, options.splat);
  }
  place_links(view);
  return view;
}

}  // namespace portrait
