// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/head_view.h"

#include "core/base/error.h"
#include "core/field/outline_opacity.h"
#include "core/field/renderer.h"
#include "core/metrics/detail_metrics.h"
#include "core/nn/blur.h"
#include "core/pipeline/image_tensor.h"
#include "core/reprojection/surface_detail.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kSolid = 0.97;   // of opacities: none of the background is in such a pixel
constexpr double kThin = 0.6;     // and where it is not to be told from the head's own any more
constexpr int kCoarser = 4;       // solid pixels' colours reach twice as many pixels beyond them
constexpr double kEnough = 0.02;  // of solid pixels around one, to go on from
constexpr int kFiner = 2;         // opacity at outlines, against the renderer's pixels

// What of `rgb` [3,S,S] is the head's, at its outlines too, where the background was mixed in. It
// is taken out again; but the super-resolution has outlines of its own, that are not quite those
// of `alpha` [S,S]: near solid matter its colour goes on instead.
Tensor own_colours(const Tensor& rgb, const Tensor& alpha, double background) {
  const Tensor apart = ((rgb - (1 - alpha) * background) / alpha.clamp_min(0.05)).clamp(0, 1);
  const Tensor thin = (alpha < kSolid).to(at::kFloat).unsqueeze(0);
  const Tensor solid = 1 - at::max_pool2d(thin, 3, 1, 1);
  const auto spread = [&](const Tensor& picture) {  // smooth, so that a coarse one is enough
    const Tensor coarse = at::avg_pool2d(picture, kCoarser, kCoarser, 0, /*ceil_mode=*/true);
    const Tensor soft = at::avg_pool2d(at::avg_pool2d(coarse, 3, 1, 1), 3, 1, 1);
    return at::upsample_bilinear2d(soft.unsqueeze(0), alpha.sizes(), false)[0];
  };
  const Tensor share = spread(solid);
  const Tensor near = spread(rgb * solid) / share.clamp_min(1e-6);
  const Tensor known = (share / kEnough).clamp_max(1);
  const Tensor soft = ((kSolid - alpha) / (kSolid - kThin)).clamp(0, 1) * known;
  return at::lerp(apart, near.clamp(0, 1), soft);
}

double masked_psnr(const Tensor& a, const Tensor& b, const Tensor& mask) {
  const Tensor squared = ((a - b).pow(2).mean(0) * mask).to(at::kDouble).sum();
  const double mse = squared.item<double>() / std::max(1.0, mask.sum().item<double>());
  return mse > 0 ? -10 * std::log10(mse) : 99.0;
}

double sharpness(const Image& front, const Image& opaque, const Image& crop, const Image& matte) {
  try {
    return detail_metrics(front, opaque, crop, matte).sharpness;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) throw;
    return 0;  // all of what both show lies at the rim
  }
}

}  // namespace

float background_of(const Settings& settings) {
  const std::string name = settings.get<std::string>("background");
  return name == "white" ? 1.0F : name == "black" ? 0.0F : 0.5F;
}

LookOptions LookOptions::from(const Settings& settings) {
  LookOptions options;
  options.coarse = settings.get<int>("render.coarse_samples");
  options.fine = settings.get<int>("render.fine_samples");
  options.background = background_of(settings);
  return options;
}

HeadView::HeadView(const Field& field, const LookOptions& options)
    : field_(field), options_(options) {
  const at::NoGradGuard no_grad;
  occupancy_ = build_occupancy(field_);
}

HeadView HeadView::frozen(const Field& field, const LookOptions& options) {
  return HeadView(field.clone(), options);
}

HeadPicture HeadView::picture(const Camera& camera, int width, bool neural) const {
  return picture(camera, width, neural, options_);
}

HeadPicture HeadView::picture(const Camera& camera, int width, bool neural,
                              const LookOptions& options) const {
  const at::NoGradGuard no_grad;
  RenderOptions render_options;
  render_options.coarse = options.coarse;
  render_options.fine = options.fine;
  render_options.background = {{options.background, options.background, options.background}};
  render_options.occupancy = &occupancy_;
  const bool sharpen = neural && !field_.sr.empty();
  const RenderedImage rendered = sharpen ? render_neural(field_, camera, width, render_options)
                                         : render_image(field_, camera, width, render_options);
  const int size = sharpen ? width * SuperResolution::kScale : width;
  Tensor rgb = sharpen ? rendered.neural : rendered.rgb;
  if (sharpen) {
    rgb =
        with_surface_detail(rgb, field_.detail, {camera, rendered.depth, rendered.opacity, {}, {}});
  }
  const Tensor opacity =
      outline_opacity(field_, camera, rendered.opacity, sharpen ? kFiner : 1, render_options);
  const Tensor alpha = enlarged(opacity, size).clamp(0, 1);
  const Tensor own = own_colours(rgb, alpha, options.background);
  HeadPicture picture;
  picture.rgba = image_of_tensor(at::cat({own, alpha.unsqueeze(0)}, 0));
  const Tensor depth =
      at::where(rendered.opacity >= 0.5, rendered.depth, at::zeros_like(rendered.depth));
  picture.depth = image_of_tensor(depth.unsqueeze(0), false);
  return picture;
}

PhotoInput photo_of(const Field& head, const Camera& camera, int width) {
  const HeadPicture picture = HeadView(head, {}).picture(camera, width);
  const Tensor rgba = tensor_of_image(picture.rgba);
  const Tensor alpha = rgba.narrow(0, 3, 1);
  PhotoInput photo;
  photo.camera = camera;
  photo.matte = image_of_tensor(alpha);
  photo.target = image_of_tensor(rgba.narrow(0, 0, 3) * alpha + (1 - alpha) * photo.background);
  photo.crop = photo.target;
  return photo;
}

FrontMeasure measure_front(const HeadView& head, const PhotoInput& photo) {
  const at::NoGradGuard no_grad;
  const int size = photo.crop.width;
  const bool neural = !head.field().sr.empty();
  const int width = neural ? size / SuperResolution::kScale : size;
  const HeadPicture picture = head.picture(photo.camera, width, neural);
  const Tensor rgba = tensor_of_image(picture.rgba);
  const Tensor alpha = rgba.narrow(0, 3, 1);
  const Tensor front = rgba.narrow(0, 0, 3) * alpha + (1 - alpha) * photo.background;
  const Tensor crop = tensor_of_image(photo.crop).narrow(0, 0, 3);
  const Tensor mask = (tensor_of_image(photo.matte)[0] > 0.5).to(at::kFloat);
  const Tensor opaque = (alpha[0] > 0.5).to(at::kFloat);
  FrontMeasure measure;
  measure.psnr_db = masked_psnr(front, crop, mask);
  measure.blurred_psnr_db = masked_psnr(blurred(crop, 2.0), crop, mask);
  const double both = (mask * opaque).sum().item<double>();
  const double either = at::max(mask, opaque).sum().item<double>();
  measure.mask_iou = either > 0 ? both / either : 0;
  measure.sharpness =
      sharpness(image_of_tensor(front), image_of_tensor(alpha), photo.crop, photo.matte);
  return measure;
}

}  // namespace portrait
