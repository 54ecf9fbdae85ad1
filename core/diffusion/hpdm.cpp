// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/hpdm.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"

#include <string>

namespace portrait {
namespace {

constexpr const char* kExplicit = "explicit.";
constexpr const char* kImplicit = "implicit.";

// The UNet's convolution of the noisy latents, as the branches' of [z_t, z_known, mask].
Tensor widened(const Tensor& conv_in, const ControlConfig& config) {
  const std::int64_t latents = config.in_channels;
  Tensor wide = at::zeros({conv_in.size(0), latents + config.conditioning_channels, conv_in.size(2),
                           conv_in.size(3)},
                          conv_in.options());
  wide.narrow(1, 0, latents).copy_(conv_in);
  wide.narrow(1, latents, latents).copy_(conv_in);
  return wide;
}

// The UNet's tensor of the branch's layer; none for layers that only the branch has.
Tensor of_unet(const TensorMap& unet, const std::string& name, const ControlConfig& config) {
  constexpr const char* kIn = "conv_in_condition.";
  const bool first = name.rfind(kIn, 0) == 0;
  if (!first && name.rfind("brushnet_", 0) == 0) return {};
  const auto found = unet.find(first ? "conv_in." + name.substr(std::string(kIn).size()) : name);
  check(found != unet.end(), ErrorCode::kCorrupt,
        "The UNet has no \"{}\" that a control branch could start from", name);
  return first && found->second.dim() == 4 ? widened(found->second, config) : found->second;
}

struct CarriedFeatures {
  Tensor features;  // [B, C, h, w]
  Tensor known;     // [B, 1, h, w]
};

CarriedFeatures carry_all(const Tensor& features, const HpdmView& view, int reduction) {
  if (!view.matrices.empty()) {
    const LinkMatrices& matrices = view.matrices.at(reduction);
    return {matrices.carry(features), matrices.known};
  }
  std::vector<Tensor> carried, known;
  for (std::int64_t b = 0; b < features.size(0); ++b) {
    const ViewLink& link = view.links[std::size_t(b)];
    carried.push_back(link.carry(features[b].to(at::kFloat).contiguous(), reduction));
    known.push_back(link.known(reduction).to(features.device()));
  }
  return {at::stack(carried).to(features.scalar_type()),
          at::stack(known).to(features.scalar_type())};
}

}  // namespace

void place_links(HpdmView& view) {
  const at::Device device = view.projected.device();
  if (device.is_cpu()) return;
  for (const auto& [reduction, entries] : link_entries(view.links)) {
    view.matrices[reduction] = entries.on(device);
  }
}

Hpdm::Hpdm(Parameters& p, const HpdmConfig& config)
    : config_(config), explicit_([&] {
        const Parameters::Scope scope(p, kExplicit);
        return ControlBranch(p, config.control);
      }()) {
  const UNetSizes& sizes = config.control.sizes;
  if (config.geometry_prior) {
    geometry_.emplace(p, "geometry", config.control.in_channels, config.geometry_width,
                      sizes.norm_num_groups);
  }
  if (!config.implicit) return;
  {
    // Its zero convolutions are the merges'; those of the published layout would do nothing.
    const Parameters::Scope scope(p, kImplicit);
    implicit_.emplace(p, config.control, ControlBranch::Ends::kNone);
  }
  for (const FeatureSite& site : feature_sites(sizes)) {
    merges_.emplace_back(p, "merge." + site.name(), site.channels, sizes.norm_num_groups);
  }
}

Tensor Hpdm::conditioning(const HpdmView& view, const HpdmWeights& weights) const {
  const Tensor& z = view.projected;
  check_shape(z, {-1, config_.control.in_channels, -1, -1}, "projected latents");
  check_shape(view.known, {z.size(0), 1, z.size(2), z.size(3)}, "known mask");
  Tensor projected = z;
  if (geometry_ && weights.geometry_prior != 0) {
    check_shape(view.normals, {z.size(0), z.size(1), z.size(2), z.size(3)}, "normal latents");
    check_shape(view.coarse, {z.size(0), z.size(1), z.size(2), z.size(3)}, "render latents");
    projected = (*geometry_)(z, view.known, view.normals, view.coarse, weights.geometry_prior);
  }
  return at::cat({projected, view.known}, 1);
}

std::vector<Tensor> Hpdm::operator()(const Tensor& latents, const Tensor& t, const HpdmView& view,
                                     const Tensor& conditioning,
                                     const HpdmWeights& weights) const {
  if (weights.explicit_branch == 0) return {};
  std::vector<Tensor> features = explicit_.features(latents, conditioning, t);
  if (implicit_ && weights.implicit_branch != 0) {
    features = merged(std::move(features), latents, t, view, weights.implicit_branch);
  }
  return explicit_.outputs(features, weights.explicit_branch);
}

std::vector<Tensor> Hpdm::merged(std::vector<Tensor> features, const Tensor& latents,
                                 const Tensor& t, const HpdmView& view, double weight) const {
  const std::int64_t batch = latents.size(0);
  check_shape(view.driving, {batch, latents.size(1), latents.size(2), latents.size(3)},
              "driving latents");
  check(std::int64_t(view.links.size()) == batch, ErrorCode::kInternal,
        "{} links between views were given for {} of them", view.links.size(), batch);
  const Tensor everywhere = at::ones({batch, 1, latents.size(2), latents.size(3)}, latents.options());
  const std::vector<Tensor> others =
      implicit_->features(latents, at::cat({view.driving, everywhere}, 1), t);
  const std::vector<FeatureSite> sites = feature_sites(config_.control.sizes);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const CarriedFeatures carried = carry_all(others[i], view, sites[i].reduction);
    features[i] = merges_[i](features[i], carried.features, carried.known, weight);
  }
  return features;
}

std::shared_ptr<const Hpdm> load_hpdm(const TensorMap& tensors, const HpdmConfig& config) {
  return network_of<Hpdm>(Parameters::bound(tensors), config);
}

TensorMap hpdm_of_unet(const TensorMap& unet, const HpdmConfig& config, std::uint64_t seed) {
  Parameters fresh = Parameters::random(seed);
  const Hpdm network(fresh, config);
  TensorMap tensors;
  for (const auto& [name, tensor] : fresh.named()) {
    Tensor start = tensor;
    for (const std::string prefix : {kExplicit, kImplicit}) {
      if (name.rfind(prefix, 0) != 0) continue;
      const Tensor copied = of_unet(unet, name.substr(prefix.size()), config.control);
      if (!copied.defined()) continue;
      check(copied.sizes() == tensor.sizes(), ErrorCode::kCorrupt,
            "The UNet's sizes are not those of the control branch: see \"{}\"", name);
      start = copied.detach().clone();
    }
    tensors[name] = start;
  }
  return tensors;
}

}  // namespace portrait
