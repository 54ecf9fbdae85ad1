// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "core/base/random.h"
#include "core/diffusion/hpdm.h"
#include "core/diffusion/unet_2d_condition.h"

#include <cmath>
#include <string>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSide = 64;      // of the latents of 512 x 512 pixels
constexpr int kDepthSide = 128;  // as the volume renderer gives it
constexpr int kTokens = 16;

Tensor normal(at::IntArrayRef shape, std::uint32_t index) {
  Tensor tensor = at::empty(shape);
  RandomStream stream({1, random_purpose("bench.hpdm"), index, 0});
  stream.fill_normal({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

// A ball of a head's size, as a camera of the rig sees it.
DrivingView ball(double azimuth_deg) {
  constexpr double kRadius = 0.35;
  DrivingView view;
  view.camera = rig_camera({azimuth_deg, 0});
  view.depth = at::zeros({kDepthSide, kDepthSide});
  for (int y = 0; y < kDepthSide; ++y) {
    for (int x = 0; x < kDepthSide; ++x) {
      const Ray ray = camera_ray(view.camera, (x + 0.5) / kDepthSide, (y + 0.5) / kDepthSide);
      const double half = ray.origin.dot(ray.direction);
      const double root = half * half - ray.origin.squaredNorm() + kRadius * kRadius;
      if (root > 0) view.depth[y][x] = static_cast<float>(-half - std::sqrt(root));
    }
  }
  return view;
}

}  // namespace

std::vector<BenchRow> bench_hpdm(const Machine& machine, const BenchOptions& bench,
                                 Json& findings) {
  const at::NoGradGuard no_gradient;
  const bool published = bench.config == "sd15";
  const UNetConfig unet_sizes = published ? UNetConfig{} : compact_unet();
  HpdmConfig config = published ? HpdmConfig{} : compact_hpdm();
  Parameters unet_parameters = Parameters::random(1);
  Parameters parameters = Parameters::random(2);
  const UNet2DConditionModel unet(unet_parameters, unet_sizes);
  const Hpdm hpdm(parameters, config);
  const std::int64_t channels = config.control.in_channels;
  const std::vector<std::int64_t> shape = {1, channels, kSide, kSide};
  const Tensor x = normal(shape, 0);
  const Tensor context = normal({1, kTokens, unet_sizes.attention.cross_attention_dim}, 1);
  const Tensor t = at::full({1}, 500, at::kLong);
  const DrivingView driving = ball(0);
  const Camera target = rig_camera({30, 0});
  HpdmView view;
  view.projected = normal(shape, 2);
  view.known = (normal({1, 1, kSide, kSide}, 3) > 0).to(at::kFloat);
  view.driving = normal(shape, 4);
  view.normals = normal(shape, 5);
  view.coarse = normal(shape, 6);
  view.links.emplace_back(driving, target, kSide, kSide, config.control.sizes);
  const Tensor conditioning = hpdm.conditioning(view);
  const Json sizes{{"config", bench.config}, {"side", kSide}, {"tokens", kTokens}};
  std::vector<BenchRow> rows;
  measure(machine, bench.repeats,
          {{"hpdm", sizes, [&] { unet(x, t, context, hpdm(x, t, view, conditioning)); }},
           {"hpdm.explicit_only", sizes,
            [&] {
              unet(x, t, context, hpdm(x, t, view, conditioning, {.implicit_branch = 0}));
            }},
           {"hpdm.base", sizes, [&] { unet(x, t, context); }},
           {"hpdm.conditioning", sizes, [&] { hpdm.conditioning(view); }},
           {"hpdm.link", sizes,
            [&] { ViewLink(driving, target, kSide, kSide, config.control.sizes); }}},
          rows);
  findings["hpdm: weights beside the UNet's, MB in half precision"] =
      2e-6 * double(parameters.count());
  findings["hpdm: one evaluation over the base's alone"] =
      row_named(rows, "hpdm").median_ms / row_named(rows, "hpdm.base").median_ms;
  return rows;
}

}  // namespace portrait::cli
