// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/run_hpdm.h"

#include "app/cli/network_inputs.h"
#include "core/diffusion/hpdm.h"
#include "core/prior/photo_lift.h"

namespace portrait::cli {
namespace {

HpdmWeights weights_of(const TensorMap& inputs) {
  if (inputs.count("weights") == 0) return {};
  const Tensor three = input(inputs, "weights", {3}).to(at::kDouble);
  return {three[0].item<double>(), three[1].item<double>(), three[2].item<double>()};
}

std::vector<ViewLink> links_of(const TensorMap& inputs, const Tensor& x, const UNetSizes& sizes) {
  const std::int64_t batch = x.size(0);
  const Tensor depth = input(inputs, "depth", {batch, -1, -1}).to(at::kFloat);
  const Tensor cameras = input(inputs, "cameras", {batch, 16}).to(at::kFloat);
  const Tensor targets = input(inputs, "targets", {batch, 16}).to(at::kFloat);
  std::vector<ViewLink> links;
  for (std::int64_t b = 0; b < batch; ++b) {
    DrivingView driving;
    driving.camera = camera_of_tensor(cameras[b]);
    driving.depth = depth[b].contiguous();
    links.emplace_back(driving, camera_of_tensor(targets[b]), static_cast<int>(x.size(2)),
                       static_cast<int>(x.size(3)), sizes);
  }
  return links;
}

}  // namespace

TensorMap run_hpdm(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const auto hpdm = load_hpdm(pack);
  const HpdmConfig& config = hpdm->config();
  const UNetSizes& sizes = config.control.sizes;
  const Tensor& x = input_latents(inputs, config.control.in_channels, sizes);
  const Tensor& t = input(inputs, "t", {x.size(0)}, InputKind::kAny);
  const std::vector<std::int64_t> shape = x.sizes().vec();
  HpdmView view;
  view.projected = input(inputs, "projected", shape);
  view.known = input(inputs, "known", {shape[0], 1, shape[2], shape[3]});
  if (config.geometry_prior) {
    view.normals = input(inputs, "normals", shape);
    view.coarse = input(inputs, "coarse", shape);
  }
  if (config.implicit) {
    view.driving = input(inputs, "driving", shape);
    view.links = links_of(inputs, x, sizes);
  }
  const HpdmWeights weights = weights_of(inputs);
  const Tensor conditioning = hpdm->conditioning(view, weights);
  const std::vector<Tensor> added = (*hpdm)(x, t, view, conditioning, weights);
  TensorMap outputs;
  outputs["z_proj"] = conditioning.narrow(1, 0, shape[1]).contiguous();
  const std::vector<FeatureSite> sites = feature_sites(sizes);
  for (std::size_t i = 0; i < added.size(); ++i) outputs[sites[i].name()] = added[i];
  return outputs;
}

}  // namespace portrait::cli
