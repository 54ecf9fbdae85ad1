// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "core/field/occupancy.h"
#include "core/field/renderer.h"

#include <algorithm>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

// Multiplications and additions of the decoder for one sample.
constexpr double kSampleFlops =
    2.0 * (kFieldChannels * Decoder::kHidden + Decoder::kHidden * (1 + kFieldChannels));

// EG3D's size, random and dense: no ray ends early and no sample is empty.
Field dense_field() {
  RandomStream random({1, random_purpose("bench.field"), 0, 0});
  Field field;
  field.frame = FieldFrame::eg3d();
  field.planes = at::empty({3, 1, kFieldChannels, 256, 256});
  random.fill_normal({field.planes.data_ptr<float>(), std::size_t(field.planes.numel())});
  field.decoder = Decoder::random(random);
  return field;
}

// A ball with a sharp surface, as large as a head in its frame: most of the box is empty.
Field ball_field() {
  Field field = dense_field();
  field.frame = FieldFrame::own();
  const Tensor line = (at::arange(256, at::kFloat) + 0.5) / 256 - 0.5;
  field.planes.select(2, 0).copy_(
      (line.square().view({1, 256}) + line.square().view({256, 1})).expand({3, 1, 256, 256}));
  Decoder& decoder = field.decoder;
  // Unit 0 passes the squared radius (2/3 of it, the mean of the planes) on to the density.
  decoder.w0[0].zero_();
  decoder.w0[0][0] = 1;
  decoder.b0[0] = 30;
  decoder.w1[0].zero_();
  decoder.w1[0][0] = -30000;
  decoder.b1[0] = 30000 * (30 + 2.0 / 3 * 0.25 * 0.25);
  return field;
}

struct Parameters {
  explicit Parameters(const Field& field) : tensors{field.planes} {
    for (const auto& named : field.decoder.named_parameters()) tensors.push_back(named.second);
  }
  void require(bool gradients) const {
    for (const Tensor& tensor : tensors) tensor.set_requires_grad(gradients);
  }
  std::vector<Tensor> take_gradients() const {
    std::vector<Tensor> taken;
    for (const Tensor& tensor : tensors) {
      taken.push_back(tensor.grad());
      tensor.mutable_grad() = Tensor();
    }
    return taken;
  }
  std::vector<Tensor> tensors;
};

using Renderer = RenderOutput (*)(const Field&, const Rays&, const RenderOptions&);

RenderOutput forward(Renderer renderer, const Field& field, const Rays& rays,
                     const RenderOptions& options) {
  const at::NoGradGuard no_gradient;
  return renderer(field, rays, options);
}

std::vector<Tensor> forward_backward(Renderer renderer, const Field& field, const Rays& rays,
                                     const RenderOptions& options) {
  const Parameters parameters(field);
  parameters.require(true);
  renderer(field, rays, options).features.sum().backward();
  std::vector<Tensor> gradients = parameters.take_gradients();
  parameters.require(false);
  return gradients;
}

double relative(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm().clamp_min(1e-12)).item<double>();
}

}  // namespace

std::vector<BenchRow> bench_renderer(const Machine& machine, int repeats, int width,
                                     Json& findings) {
  const double all_rays = double(width) * width;
  const Field dense = dense_field();
  const Field ball = ball_field();
  const OccupancyGrid grid = build_occupancy(ball);
  const Camera camera = rig_camera({0, 0});
  const Rays rays = camera_rays(camera, width, width);
  const Rays quarter = camera_rays(camera, width / 2, width / 2);
  RenderOptions options = RenderOptions::eg3d();
  options.range = RayRange{2.25, 3.3};
  RenderOptions half = options;
  half.coarse = half.fine = 24;
  RenderOptions skipping;
  RenderOptions unskipped;
  skipping.occupancy = &grid;

  const auto config = [](double ray_count, int samples, const char* field) {
    return Json{{"rays", ray_count}, {"samples", samples}, {"field", field}};
  };
  const double flops = all_rays * 96 * kSampleFlops;
  std::vector<BenchRow> rows;
  measure(machine, repeats,
          {{"renderer.reference.forward", config(all_rays, 96, "random"),
            [&] { forward(render_reference, dense, rays, options); }, flops},
           {"renderer.forward", config(all_rays, 96, "random"),
            [&] { forward(render, dense, rays, options); }, flops},
           {"renderer.reference.forward_backward", config(all_rays, 96, "random"),
            [&] { forward_backward(render_reference, dense, rays, options); }, 3 * flops},
           {"renderer.forward_backward", config(all_rays, 96, "random"),
            [&] { forward_backward(render, dense, rays, options); }, 3 * flops},
           {"renderer.forward.one_thread", config(all_rays, 96, "random"),
            [&] { on_one_thread([&] { forward(render, dense, rays, options); }); }, flops},
           {"renderer.forward.quarter_rays", config(all_rays / 4, 96, "random"),
            [&] { forward(render, dense, quarter, options); }, flops / 4},
           {"renderer.forward.half_samples", config(all_rays, 48, "random"),
            [&] { forward(render, dense, rays, half); }, flops / 2},
           {"renderer.forward.ball", config(all_rays, 96, "ball"),
            [&] { forward(render, ball, rays, unskipped); }, flops},
           {"renderer.forward.ball_skipping", config(all_rays, 96, "ball"),
            [&] { forward(render, ball, rays, skipping); }}},
          rows);

  const auto ratio = [&](const std::string& slow, const std::string& fast) {
    return row_named(rows, slow).median_ms / row_named(rows, fast).median_ms;
  };
  findings["forward, times as fast as the reference"] =
      ratio("renderer.reference.forward", "renderer.forward");
  findings["forward and backward, times as fast"] =
      ratio("renderer.reference.forward_backward", "renderer.forward_backward");
  findings["forward, times the arithmetic floor"] =
      1 / row_named(rows, "renderer.forward").fraction_of_peak;
  findings["speed-up by the threads"] = ratio("renderer.forward.one_thread", "renderer.forward");
  findings["cost of a ray, all rays over a quarter of them"] =
      ratio("renderer.forward", "renderer.forward.quarter_rays") / 4;
  findings["cost of a sample, 96 over 48"] =
      ratio("renderer.forward", "renderer.forward.half_samples") / 2;
  findings["ball, times as fast by skipping"] =
      ratio("renderer.forward.ball", "renderer.forward.ball_skipping");
  const RenderOutput found = forward(render, dense, rays, options);
  const RenderOutput expected = forward(render_reference, dense, rays, options);
  findings["largest difference of the features"] =
      (found.features - expected.features).abs().max().item<double>();
  const std::vector<Tensor> pulled = forward_backward(render, dense, rays, options);
  const std::vector<Tensor> slow = forward_backward(render_reference, dense, rays, options);
  double largest = 0;
  for (std::size_t i = 0; i < slow.size(); ++i) {
    largest = std::max(largest, relative(pulled[i], slow[i]));
  }
  findings["largest relative difference of a gradient"] = largest;
  return rows;
}

}  // namespace portrait::cli
