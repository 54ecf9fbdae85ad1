// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/view_graph.h"

#include "core/field/query.h"
#include "core/nn/check_shape.h"

#include <utility>

namespace portrait {
namespace {

GradientList joined(const FieldGradient& field, GradientList sr) {
  GradientList all{field.planes, field.w0, field.b0, field.w1, field.b1};
  for (Tensor& tensor : sr) all.push_back(std::move(tensor));
  return all;
}

}  // namespace

ViewGraph::ViewGraph(const Field& field, const Camera& camera, const ViewGraphOptions& options)
    : field_(field), camera_(camera) {
  const int width = options.width;
  RenderOptions render_options;
  render_options.coarse = options.coarse;
  render_options.fine = options.fine;
  render_options.background = {{options.background, options.background, options.background}};
  render_options.occupancy = options.occupancy;
  render_options.jitter_key = options.jitter_key;
  render_options.unskipped_from = options.unskipped_from;
  SavedOutput saved = render_and_save(
      field, camera_rays(camera, width, width, field.planes.options().requires_grad(false)),
      render_options);
  saved_ = std::move(saved.saved);
  depth_ = saved.out.depth.detach().reshape({width, width});
  opacity_ = saved.out.opacity.detach().reshape({width, width});
  features_ =
      saved.out.features.detach().t().reshape({1, kFieldChannels, width, width}).contiguous();
  low_ = features_[0].narrow(0, 0, 3);
  if (field.sr.empty()) {
    rgb_ = smooth_ = low_;
    return;
  }
  const at::AutoGradMode with_graph(true);
  features_.set_requires_grad(true);
  neural_ = field.sr.forward(features_);
  rgb_ = smooth_ = neural_.detach()[0];
  if (field.detail.defined()) {
    surface_texels_ = std::make_shared<const SurfaceTexels>(
        DrivingView{camera_, depth_, opacity_, {}, {}}, static_cast<int>(rgb_.size(2)));
    rgb_ = rgb_ + surface_texels_->picture(field.detail);
  }
  low_ = low_.detach();
}

Tensor ViewGraph::normals() const {
  const at::NoGradGuard no_grad;
  const std::int64_t width = depth_.size(0);
  const Rays rays =
      camera_rays(camera_, static_cast<int>(width), static_cast<int>(width), depth_.options());
  const Tensor points = rays.origins + rays.directions * depth_.reshape({-1, 1});
  const Tensor outward =
      query_points(field_, points, {.want_colour = false, .want_normals = true}).normals;
  return (outward * opacity_.reshape({-1, 1})).t().reshape({3, width, width}).contiguous();
}

ViewGraph::Pulled ViewGraph::through_super_resolution(const PictureGradient& gradient) const {
  const std::int64_t width = depth_.size(0);
  Pulled pulled;
  Tensor features = at::zeros_like(features_).detach();
  const std::vector<std::pair<std::string, Tensor>> sr = field_.sr.named_parameters();
  if (gradient.rgb.defined()) {
    check_shape(gradient.rgb, {3, rgb_.size(1), rgb_.size(2)}, "gradient of the picture");
    if (neural_.defined()) {
      std::vector<Tensor> leaves{features_};
      for (const auto& [name, tensor] : sr) {
        if (tensor.requires_grad()) leaves.push_back(tensor);
      }
      std::vector<Tensor> found =
          torch::autograd::grad({neural_}, leaves, {gradient.rgb.unsqueeze(0)},
                                /*retain_graph=*/true, /*create_graph=*/false);
      features = found.front();
      std::size_t next = 1;
      for (const auto& [name, tensor] : sr) {
        pulled.sr.push_back(tensor.requires_grad() ? found[next++] : Tensor());
      }
    } else {
      features.narrow(1, 0, 3).add_(gradient.rgb);
    }
  }
  if (pulled.sr.empty()) pulled.sr.resize(sr.size());
  if (gradient.low.defined()) {
    check_shape(gradient.low, {3, width, width}, "gradient of the renderer's picture");
    features = features.clone();
    features.narrow(1, 0, 3).add_(gradient.low);
  }
  pulled.image.features = features.reshape({kFieldChannels, width * width}).t().contiguous();
  if (gradient.opacity.defined()) {
    check_shape(gradient.opacity, {width, width}, "gradient of the opacity");
    pulled.image.opacity = gradient.opacity.reshape({-1}).contiguous();
  }
  if (gradient.depth.defined()) {
    check_shape(gradient.depth, {width, width}, "gradient of the depth");
    pulled.image.depth = gradient.depth.reshape({-1}).contiguous();
  }
  return pulled;
}

GradientList ViewGraph::pull(const PictureGradient& gradient) const {
  Pulled pulled = through_super_resolution(gradient);
  return joined(backward(saved_, pulled.image), std::move(pulled.sr));
}

std::array<GradientList, 2> ViewGraph::pull_pair(const PictureGradient& a,
                                                 const PictureGradient& b) const {
  Pulled first = through_super_resolution(a);
  Pulled second = through_super_resolution(b);
  const std::array<FieldGradient, 2> fields = backward_pair(saved_, first.image, second.image);
  return {joined(fields[0], std::move(first.sr)), joined(fields[1], std::move(second.sr))};
}

}  // namespace portrait
