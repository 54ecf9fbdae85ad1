// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/bench_fields.h"
#include "core/field/occupancy.h"
#include "core/field/render_pair.h"
#include "core/field/renderer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

// Multiplications and additions of the decoder for one sample.
constexpr double kSampleFlops =
    2.0 * (kFieldChannels * Decoder::kHidden + Decoder::kHidden * (1 + kFieldChannels));

using Renderer = RenderOutput (*)(const Field&, const Rays&, const RenderOptions&);

RenderOutput forward(Renderer renderer, const Field& field, const Rays& rays,
                     const RenderOptions& options) {
  const at::NoGradGuard no_gradient;
  return renderer(field, rays, options);
}

std::vector<Tensor> forward_backward(Renderer renderer, const Field& field, const Rays& rays,
                                     const RenderOptions& options) {
  const FieldParameters parameters(field);
  parameters.require(true);
  renderer(field, rays, options).features.sum().backward();
  std::vector<Tensor> gradients = parameters.take_gradients();
  parameters.require(false);
  return gradients;
}

double relative(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm().clamp_min(1e-12)).item<double>();
}

// Gradients of two losses of one picture, seen through the super-resolution: each is pulled back
// to the features by autograd, and from there to the field one by one or together.
class TwoProducts {
 public:
  TwoProducts(const Field& head, const Rays& rays, int width, const RenderOptions& options)
      : saved_(render_and_save(head, rays, options)) {
    features_ = saved_.out.features.t().reshape({1, kFieldChannels, width, width}).contiguous();
    features_.requires_grad_(true);
    for (const auto& named : head.sr.named_parameters()) leaves_.push_back(named.second);
    for (const Tensor& leaf : leaves_) leaf.set_requires_grad(true);
    leaves_.push_back(features_);
    picture_ = head.sr.forward(features_);
    for (const double phase : {0.3, 1.7}) {
      losses_.push_back(
          at::linspace(phase, phase + 40, picture_.numel(), picture_.options()).sin().view_as(
              picture_));
      of_features_.push_back(through_picture(losses_.size() - 1));
    }
  }

  void single() { backward(saved_.saved, {of_features_[0], {}, {}}); }
  void pair() {
    backward_pair(saved_.saved, {of_features_[0], {}, {}}, {of_features_[1], {}, {}});
  }
  void single_of_picture() { backward(saved_.saved, {through_picture(0), {}, {}}); }
  void pair_of_picture() {
    const Tensor a = through_picture(0);
    backward_pair(saved_.saved, {a, {}, {}}, {through_picture(1), {}, {}});
  }

 private:
  Tensor through_picture(std::size_t loss) const {
    return torch::autograd::grad({picture_}, leaves_, {losses_[loss]}, /*retain_graph=*/true)
        .back()
        .reshape({kFieldChannels, -1})
        .t()
        .contiguous();
  }

  SavedOutput saved_;
  Tensor features_, picture_;
  std::vector<Tensor> leaves_, losses_, of_features_;
};

}  // namespace

std::vector<BenchRow> bench_renderer(const Machine& machine, const BenchOptions& bench,
                                     Json& findings) {
  const int width = bench.width;
  const double all_rays = double(width) * width;
  const at::Device device = machine.device;
  const Field dense = dense_field().to(device);
  const Field head = head_field(bench.pack).to(device);
  const OccupancyGrid grid = build_occupancy(head);
  const Camera camera = rig_camera({0, 0});
  const auto floats = at::TensorOptions(at::kFloat).device(device);
  const Rays rays = camera_rays(camera, width, width, floats);
  const Rays quarter = camera_rays(camera, width / 2, width / 2, floats);
  RenderOptions options = RenderOptions::eg3d();
  options.range = RayRange{2.25, 3.3};
  RenderOptions half = options;
  half.coarse = half.fine = 24;
  RenderOptions whole;
  whole.least_transmittance = 0;
  RenderOptions skipping;
  skipping.occupancy = &grid;
  TwoProducts dense_products([&] {
    Field with_sr = dense;
    with_sr.sr = head.sr.clone();
    return with_sr;
  }(), rays, width, options);

  const auto config = [](double ray_count, int samples, const char* field) {
    return Json{{"rays", ray_count}, {"samples", samples}, {"field", field}};
  };
  const Json random = config(all_rays, 96, "random");
  const Json of_head = config(all_rays, 96, "head");
  const double flops = all_rays * 96 * kSampleFlops;
  std::vector<BenchRow> rows;
  // The kernels first: what a process needs for them is seen before the reference has run.
  measure(machine, bench.repeats,
          {{"renderer.forward", random, [&] { forward(render, dense, rays, options); }, flops},
           {"renderer.forward_backward", random,
            [&] { forward_backward(render, dense, rays, options); }, 3 * flops},
           {"renderer.reference.forward", random,
            [&] { forward(render_reference, dense, rays, options); }, flops},
           {"renderer.reference.forward_backward", random,
            [&] { forward_backward(render_reference, dense, rays, options); }, 3 * flops}},
          rows);
  std::vector<BenchCase> more = {
      {"renderer.forward", random, [&] { forward(render, dense, rays, options); }, flops},
      {"renderer.forward.quarter_rays", config(all_rays / 4, 96, "random"),
       [&] { forward(render, dense, quarter, options); }, flops / 4},
      {"renderer.forward.half_samples", config(all_rays, 48, "random"),
       [&] { forward(render, dense, rays, half); }, flops / 2},
      {"renderer.backward", random, [&] { dense_products.single(); }, 2 * flops},
      {"renderer.two_products", random, [&] { dense_products.pair(); }, 4 * flops},
      {"renderer.picture.backward", random, [&] { dense_products.single_of_picture(); }},
      {"renderer.picture.two_products", random, [&] { dense_products.pair_of_picture(); }},
      {"renderer.forward.unskipped", of_head, [&] { forward(render, head, rays, whole); }, flops},
      {"renderer.forward.skipping", of_head, [&] { forward(render, head, rays, skipping); }},
      {"renderer.forward_backward.unskipped", of_head,
       [&] { forward_backward(render, head, rays, whole); }, 3 * flops},
      {"renderer.forward_backward.skipping", of_head,
       [&] { forward_backward(render, head, rays, skipping); }}};
  if (device.is_cpu()) {  // a card's work is not shared out among threads of ours
    more.push_back({"renderer.forward.one_thread", random,
                    [&] { on_one_thread([&] { forward(render, dense, rays, options); }); }, flops});
  }
  measure(machine, bench.repeats, std::move(more), rows);

  const auto ratio = [&](const std::string& slow, const std::string& fast) {
    return row_named(rows, slow).median_ms / row_named(rows, fast).median_ms;
  };
  findings["forward, times as fast as the reference"] =
      ratio("renderer.reference.forward", "renderer.forward");
  findings["forward and backward, times as fast"] =
      ratio("renderer.reference.forward_backward", "renderer.forward_backward");
  findings["forward, times the arithmetic floor"] =
      1 / row_named(rows, "renderer.forward").fraction_of_peak;
  const auto again = [&](const std::string& slow, const std::string& fast) {
    // Against the row measured beside it.
    const auto last = std::find_if(rows.rbegin(), rows.rend(),
                                   [&](const BenchRow& row) { return row.name == fast; });
    return row_named(rows, slow).median_ms / last->median_ms;
  };
  if (device.is_cpu()) {
    findings["speed-up by the threads"] = again("renderer.forward.one_thread", "renderer.forward");
  }
  findings["cost of a ray, all rays over a quarter of them"] =
      0.25 / again("renderer.forward.quarter_rays", "renderer.forward");
  findings["cost of a sample, 96 over 48"] =
      0.5 / again("renderer.forward.half_samples", "renderer.forward");
  findings["two products, times one backward"] =
      ratio("renderer.two_products", "renderer.backward");
  findings["two products with the super-resolution, times one"] =
      ratio("renderer.picture.two_products", "renderer.picture.backward");
  findings["head, times as fast by skipping"] =
      ratio("renderer.forward.unskipped", "renderer.forward.skipping");
  findings["head, times as fast by skipping, with the backward"] =
      ratio("renderer.forward_backward.unskipped", "renderer.forward_backward.skipping");
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
  findings["largest difference of the head by skipping"] =
      (forward(render, head, rays, skipping).features -
       forward(render_reference, head, rays, skipping).features).abs().max().item<double>();
  return rows;
}

}  // namespace portrait::cli
