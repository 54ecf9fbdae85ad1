// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/locked_target.h"

#include "core/pipeline/photo_target.h"

namespace portrait {
namespace {

constexpr double kPlain = 2.5 / 255;  // a colour that near to the background's is the background's
constexpr double kPaint = 0.1;        // one that far from it is paint

// Areas averaged, or enlarged. [C,H,H] -> [C,S,S].
Tensor at_size(const Tensor& planes, int size) {
  if (planes.size(1) == size) return planes;
  const Tensor batch = planes.unsqueeze(0);
  return (planes.size(1) > size ? at::adaptive_avg_pool2d(batch, {size, size})
                                : at::upsample_bilinear2d(batch, {size, size}, false))
      .squeeze(0);
}

// Where all of a cell and of its neighbours is set: outlines are the colours' to find. [1,S,S] ->
// [W,W].
Tensor well_inside(const Tensor& set, int width) {
  const Tensor cells = at_size(set, width) > 0.999;
  return -at::max_pool2d(-cells.to(at::kFloat).unsqueeze(0), 3, 1, 1).squeeze(0).squeeze(0);
}

}  // namespace

LockedTarget::LockedTarget(const ArtistPicture& picture, int size, int width, at::Device device) {
  const Tensor bytes = at::tensor(at::ArrayRef<std::uint8_t>(picture.rgba), at::kByte);
  const Tensor rgba =
      bytes.reshape({picture.size, picture.size, 4}).permute({2, 0, 1}).to(at::kFloat) / 255;
  const Tensor alpha = rgba.narrow(0, 3, 1);
  const Tensor weight = at_size(alpha.contiguous(), size).clamp(0, 1);
  colours_ = at_size((rgba.narrow(0, 0, 3) * alpha).contiguous(), size) / weight.clamp_min(1e-3);
  colours_ = colours_.clamp(0, 1).contiguous();
  const Tensor apart = (colours_ - kTrainedBackground).abs().amax(0, true);
  const Tensor opaque = (weight > 0.999).to(at::kFloat);
  const Tensor empty = well_inside((apart < kPlain).to(at::kFloat) * opaque, width);
  const Tensor solid = well_inside((apart > kPaint).to(at::kFloat) * opaque, width);
  opacity_ = solid.to(device);
  told_ = (solid + empty).to(device);
  colours_ = colours_.to(device);
  if (opaque.min().item<float>() < 1) asked_ = weight.contiguous().to(device);
}

Tensor LockedTarget::over(const Tensor& render) const {
  return whole() ? colours_ : asked_ * colours_ + (1 - asked_) * render;
}

PictureGradient LockedTarget::pull(const ViewGraph& graph, double weight,
                                   const ImageLoss& image_loss, double& loss) const {
  const at::AutoGradMode with_graph(true);
  const Tensor picture = graph.rgb().detach().clone().set_requires_grad(true);
  const Tensor value =
      whole() ? image_loss(picture, colours_) : image_loss(asked_ * picture, asked_ * colours_);
  const Tensor weighted = value * weight;
  weighted.backward();
  loss = weighted.item<double>();
  return {picture.grad(), {}, {}};
}

PictureGradient LockedTarget::with_solidity(PictureGradient gradient, const ViewGraph& graph,
                                            double weight, double& loss) const {
  const Tensor off = (graph.opacity() - opacity_) * told_;
  loss = weight * off.square().mean().item<double>();
  gradient.opacity = off * (2 * weight / double(off.numel()));
  return gradient;
}

}  // namespace portrait
