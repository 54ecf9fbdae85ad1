// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "core/reprojection/carry.h"
#include "core/reprojection/splat_noise.h"
#include "core/reprojection/surface_detail.h"

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWidth = 512;
constexpr int kLayerWidth = 64;
constexpr int kLayerChannels = 320;
constexpr double kTurnDeg = 15;

// A wavy wall over the whole picture, so that every pixel is a point: a head leaves half of them
// out.
DrivingView wavy_wall(at::Device device) {
  const Tensor line = (at::arange(kWidth, at::kFloat) + 0.5) / kWidth;
  const Tensor waves = (line * 23).sin().view({1, kWidth}) * (line * 17).cos().view({kWidth, 1});
  return {rig_camera({0, 0}), (2.5 + 0.04 * waves).to(device), {}, {}, {}};
}

Tensor random_image(std::int64_t channels, int width) {
  return fresh_noise({1, random_purpose("bench.image"), 0, 0}, channels, width, width);
}

}  // namespace

std::vector<BenchRow> bench_reproject(const Machine& machine, const BenchOptions& bench,
                                      Json& findings) {
  const at::NoGradGuard no_gradient;
  const at::Device device = machine.device;
  const DrivingView view = wavy_wall(device);
  const Camera target = rig_camera({kTurnDeg, 0});
  const Tensor picture = random_image(3, kWidth).to(device);
  const Tensor mask = at::ones({1, kWidth, kWidth}, picture.options());
  const SplatMap map = make_splat(view, target, kWidth, kWidth);
  const SplatMap layer_map =
      make_splat(resample_view(view, kLayerWidth, kLayerWidth), target, kLayerWidth, kLayerWidth);
  const Tensor features = random_image(kLayerChannels, kLayerWidth).to(device);
  const auto apply = [&](const SplatMap& through) {
    carry_image(through, picture, {1.0F, 1.0F, 1.0F});
    carry_image(through, mask);
  };
  const auto lift = [&] { return make_splat(view, target, kWidth, kWidth); };

  // Fine colours of the surface, from rays of a quarter of the picture's width.
  const DrivingView rays = resample_view(view, kWidth / 4, kWidth / 4);
  const SurfaceTexels surface(rays, kWidth);
  Tensor texels = blank_surface_detail();
  Tensor held = at::zeros({CapsuleMap::kTexels});

  const Json whole{{"points", kWidth * kWidth}, {"turn_deg", kTurnDeg}};
  const Json layer{{"points", kLayerWidth * kLayerWidth}, {"channels", kLayerChannels}};
  std::vector<BenchRow> rows;
  measure(
      machine, bench.repeats,
      {{"reproject.lift_and_splat", whole, [&] { lift(); }},
       {"reproject.apply", whole, [&] { apply(map); }},
       {"reproject", whole, [&] { apply(lift()); }},
       {"reproject.one_thread", whole, [&] { on_one_thread([&] { apply(lift()); }); }},
       {"reproject.features", layer, [&] { carry_image(layer_map, features); }},
       {"reproject.resample", layer, [&] { resample_view(view, kLayerWidth, kLayerWidth); }},
       {"surface.look_up", whole, [&] { const SurfaceTexels again(rays, kWidth); }},
       {"surface.picture", whole, [&] { surface.picture(texels); }},
       {"surface.pull", whole, [&] { surface.pull(texels, held, picture, mask[0], false); }},
       {"reproject.reference", whole, [&] { make_splat_reference(view, target, kWidth, kWidth); }}},
      rows);

  const auto ratio = [&](const std::string& slow, const std::string& fast) {
    return row_named(rows, slow).median_ms / row_named(rows, fast).median_ms;
  };
  findings["lift and splat, times as fast as the reference"] =
      ratio("reproject.reference", "reproject.lift_and_splat");
  findings["speed-up by the threads"] = ratio("reproject.one_thread", "reproject");
  findings["share of the target that is known"] = map.known().mean().item<double>();
  const SplatMap expected = make_splat_reference(view, target, kWidth, kWidth);
  findings["pixels that differ from the reference"] =
      map.source.cpu().ne(expected.source.cpu()).sum().item<double>();
  return rows;
}

}  // namespace portrait::cli
