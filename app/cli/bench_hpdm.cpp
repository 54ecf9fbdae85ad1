// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/drawn_weights.h"
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

// A ball of a head's size, as a camera of the rig sees it, on the device that rendered it.
DrivingView ball(double azimuth_deg, at::Device device) {
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
  view.depth = view.depth.to(device);
  return view;
}

}  // namespace

std::vector<BenchRow> bench_hpdm(const Machine& machine, const BenchOptions& bench,
                                 Json& findings) {
  const at::NoGradGuard no_gradient;
  const at::Device device = machine.device;
  const auto drawn = [&](const std::vector<std::int64_t>& sizes, const char* name) {
    return drawn_tensor(sizes, name).to(device);
  };
  const bool published = bench.config == "sd15";
  const UNetConfig unet_sizes = published ? UNetConfig{} : compact_unet();
  const HpdmConfig config = published ? HpdmConfig{} : compact_hpdm();
  const Parameters names = names_of<Hpdm>(config);
  const auto drawn_unet = drawn_network<UNet2DConditionModel>(unet_sizes, device);
  const auto drawn_hpdm = drawn_network<Hpdm>(config, device);
  const UNet2DConditionModel& unet = *drawn_unet;
  const Hpdm& hpdm = *drawn_hpdm;
  const std::int64_t channels = config.control.in_channels;
  const std::vector<std::int64_t> shape = {1, channels, kSide, kSide};
  const Tensor x = drawn(shape, "x");
  const Tensor context =
      drawn({1, kTokens, unet_sizes.attention.cross_attention_dim}, "context");
  const Tensor t = at::full({1}, 500, at::TensorOptions(at::kLong).device(device));
  const DrivingView driving = ball(0, device);
  const Camera target = rig_camera({30, 0});
  HpdmView view;
  view.projected = drawn(shape, "projected");
  view.known = (drawn({1, 1, kSide, kSide}, "known") > 0).to(at::kFloat);
  view.driving = drawn(shape, "driving");
  view.normals = drawn(shape, "normals");
  view.coarse = drawn(shape, "coarse");
  view.links.emplace_back(driving, target, kSide, kSide, config.control.sizes);
  place_links(view);
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
      2e-6 * double(names.count());
  findings["hpdm: one evaluation over the base's alone"] =
      row_named(rows, "hpdm").median_ms / row_named(rows, "hpdm.base").median_ms;
  return rows;
}

}  // namespace portrait::cli
