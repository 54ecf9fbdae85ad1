// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/cuda_march.h"
#include "core/field/occupancy.h"
#include "tests/field/march_settings.h"

#include <algorithm>
#include <string>
#include <vector>

// march_cuda() on a device against the LibTorch reference on the processor.
namespace portrait {

struct Comparison {
  std::string what;
  double difference = 0;
  double limit = 0;

  bool holds() const { return difference <= limit; }  // not so for NaN
};

// Features, depth and opacity, and with gradients those of planes and decoder.
struct Compared {
  MarchResult result;
  std::vector<Tensor> gradients;
};

using March = MarchResult (*)(const Field&, const MarchRays&, const RenderOptions&, bool);

inline MarchRays march_to(const MarchRays& march, at::Device device) {
  const auto move = [&](const Tensor& t) { return t.defined() ? t.to(device) : t; };
  return {{move(march.rays.origins), move(march.rays.directions)},
          {move(march.ranges.near), move(march.ranges.far), move(march.ranges.hit)},
          {move(march.jitter.coarse), move(march.jitter.fine)},
          move(march.depths)};
}

inline Compared compared_on(at::Device device, March march, const Field& source,
                            const MarchRays& rays, const RenderOptions& options) {
  const at::AutoGradMode on(true);
  const Field field = source.to(device).clone();
  std::vector<Tensor> parameters{field.planes};
  for (const auto& named : field.decoder.named_parameters()) parameters.push_back(named.second);
  for (const Tensor& tensor : parameters) tensor.set_requires_grad(true);
  Compared compared{march(field, march_to(rays, device), options, true), {}};
  const RenderOutput& out = compared.result.out;
  const std::int64_t count = rays.rays.count();
  const Tensor of_features =
      at::linspace(-1, 1.3, count * kFieldChannels).sin().view({count, kFieldChannels});
  const Tensor of_depth = at::linspace(0.5, -1, count).to(device);
  const Tensor of_opacity = at::linspace(-0.7, 2, count).to(device);
  const Tensor loss = (out.features * of_features.to(device)).sum() +
                      (out.depth.masked_fill(out.depth.isinf(), 0) * of_depth).sum() +
                      (out.opacity * of_opacity).sum();
  loss.backward();
  for (const Tensor& tensor : parameters) compared.gradients.push_back(tensor.grad().cpu());
  return compared;
}

inline double finite_difference(const Tensor& a, const Tensor& b) {
  const Tensor one = a.detach().cpu();
  const Tensor two = b.detach().cpu();
  if (!at::equal(one.isinf(), two.isinf())) return 1;
  return relative_difference(one.masked_fill(one.isinf(), 0), two.masked_fill(two.isinf(), 0));
}

inline std::vector<Comparison> compare_setting(const Setting& setting, at::Device device) {
  const Field field = field_of(setting);
  const MarchRays rays =
      set_up_rays(field, random_rays(setting.rays, 12), Tensor(), setting.options, true);
  const Compared found = compared_on(device, march_cuda, field, rays, setting.options);
  const Compared expected = compared_on(at::kCPU, march_reference, field, rays, setting.options);
  RenderOptions options = setting.options;
  options.want_weights = true;
  options.want_normals = true;
  const at::NoGradGuard off;
  const RenderOutput seen =
      march_cuda(field.to(device), march_to(rays, device), options, false).out;
  const RenderOutput wanted = march_reference(field, rays, options, false).out;
  const RenderOutput& a = found.result.out;
  const RenderOutput& b = expected.result.out;
  std::vector<Comparison> all{
      {"features", finite_difference(a.features, b.features), 1e-4},
      {"depth", finite_difference(a.depth, b.depth), 1e-4},
      {"opacity", finite_difference(a.opacity, b.opacity), 1e-4},
      {"least depth", finite_difference(found.result.least, expected.result.least), 1e-5},
      {"largest depth", finite_difference(found.result.largest, expected.result.largest), 1e-5},
      {"features without gradients", finite_difference(seen.features, wanted.features), 1e-4},
      {"depth without gradients", finite_difference(seen.depth, wanted.depth), 1e-4}};
  // The reference leaves out the weights of rays that miss.
  const Tensor hit = wanted.opacity.gt(0).to(at::kFloat).unsqueeze(1);
  all.push_back(
      {"weights", finite_difference(seen.weights.cpu() * hit, wanted.weights * hit), 1e-3});
  all.push_back({"normals", finite_difference(seen.normals, wanted.normals), 1e-3});
  const char* const names[] = {"planes", "w0", "b0", "w1", "b1"};
  for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
    all.push_back({std::string("gradient of ") + names[i],
                   finite_difference(found.gradients[i], expected.gradients[i]), 1e-3});
  }
  return all;
}

// A ball of matter with empty space left out and rays ended early, against all of it evaluated:
// largest differences, with gradients (one ray in three is not skipped) and without.
inline std::vector<Comparison> compare_skipping(int count, at::Device device) {
  const Field field = ball_field(0.3, 48);
  const OccupancyGrid grid = build_occupancy(field);
  const Rays rays = random_rays(count, 13);
  RenderOptions options;
  options.unskipped_every = 3;
  options.unskipped_from = 1;
  const MarchRays marched = set_up_rays(field, rays, Tensor(), options, true);
  const Compared whole = compared_on(at::kCPU, march_reference, field, marched, options);
  options.occupancy = &grid;
  const Compared found = compared_on(device, march_cuda, field, marched, options);
  const auto largest = [](const Tensor& a, const Tensor& b) {
    return (a.detach().cpu() - b.detach()).abs().max().item<double>();
  };
  const RenderOutput& a = found.result.out;
  const RenderOutput& b = whole.result.out;
  std::vector<Comparison> all{{"features", largest(a.features, b.features), 2e-3},
                              {"opacity", largest(a.opacity, b.opacity), 2e-3}};
  const at::NoGradGuard off;
  const MarchRays seen = set_up_rays(field, rays, Tensor(), options, false);
  const RenderOutput picture =
      march_cuda(field.to(device), march_to(seen, device), options, false).out;
  const RenderOutput wanted = march_reference(field, seen, options, false).out;
  all.push_back({"features without gradients", largest(picture.features, wanted.features), 2e-3});
  all.push_back({"opacity without gradients", largest(picture.opacity, wanted.opacity), 2e-3});
  return all;
}

// All settings of march_settings.h, with at most so many rays each.
inline std::vector<Comparison> compare_all(int most_rays, at::Device device) {
  std::vector<Comparison> all;
  const auto add = [&](const std::string& name, std::vector<Comparison> some) {
    for (Comparison& one : some) all.push_back({name + ": " + one.what, one.difference, one.limit});
  };
  for (auto& [name, setting] : settings()) {
    Setting smaller = setting;
    smaller.rays = std::min(smaller.rays, most_rays);
    add(name, compare_setting(smaller, device));
  }
  add("empty space left out", compare_skipping(most_rays, device));
  return all;
}

}  // namespace portrait
