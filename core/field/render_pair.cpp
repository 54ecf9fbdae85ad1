// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/render_pair.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"
#include "core/field/march.h"
#include "core/field/marching.h"
#include "core/nn/check_shape.h"

#include <utility>
#include <vector>

namespace portrait {

struct SavedRender::State {
  std::optional<std::array<float, 3>> background;
  std::int64_t count = 0;
  // On the kernels.
  c10::intrusive_ptr<Marching> marching;
  Tensor depths;
  Tensor raw;
  // Through autograd: the parameters and the output of a graph.
  std::vector<Tensor> leaves;
  RenderOutput graph;
};

SavedRender::SavedRender() = default;

namespace {

FieldGradient gradient_of(const PulledGradient& pulled) {
  return {unpack_planes(pulled.packed).squeeze(0), pulled.w0, pulled.b0,
          pulled.w1, pulled.b1};
}

void check_gradient(const SavedRender::State& state, const ImageGradient& gradient) {
  if (gradient.features.defined()) {
    check_shape(gradient.features, {state.count, kFieldChannels}, "gradient of the features");
  }
  for (const Tensor& row : {gradient.depth, gradient.opacity}) {
    if (row.defined()) check_shape(row, {state.count}, "gradient of depth or opacity");
  }
}

// Of the picture before its background: what is let through shows the background less.
ImageGradient before_background(const SavedRender::State& state, const ImageGradient& of) {
  const auto like = at::TensorOptions(at::kFloat);
  ImageGradient result;
  result.features = of.features.defined() ? of.features.contiguous()
                                          : at::zeros({state.count, kFieldChannels}, like);
  result.depth = of.depth.defined() ? of.depth.contiguous() : Tensor();
  result.opacity = of.opacity.defined() ? of.opacity.contiguous() : Tensor();
  if (state.background) {
    const Tensor behind = at::full({kFieldChannels}, 0.5, like);
    for (int c = 0; c < 3; ++c) behind[c].fill_((*state.background)[std::size_t(c)]);
    const Tensor hidden = at::mv(result.features, behind).neg();
    result.opacity = result.opacity.defined() ? result.opacity + hidden : hidden;
  }
  return result;
}

std::vector<FieldGradient> pull_on_kernels(const SavedRender::State& state,
                                           const std::vector<ImageGradient>& gradients) {
  RayPull pull = pull_of(*state.marching, state.depths, state.raw);
  pull.gradients = static_cast<int>(gradients.size());
  std::vector<ImageGradient> kept;
  for (const ImageGradient& gradient : gradients) {
    kept.push_back(before_background(state, gradient));
    PixelGradients& of = pull.of[kept.size() - 1];
    of.features = kept.back().features.data_ptr<float>();
    if (kept.back().depth.defined()) of.depth = kept.back().depth.data_ptr<float>();
    if (kept.back().opacity.defined()) of.opacity = kept.back().opacity.data_ptr<float>();
  }
  std::vector<FieldGradient> results;
  for (const PulledGradient& pulled : pull_all(*state.marching, pull)) {
    results.push_back(gradient_of(pulled));
  }
  return results;
}

FieldGradient pull_through_graph(const SavedRender::State& state, const ImageGradient& gradient) {
  std::vector<Tensor> outputs;
  std::vector<Tensor> given;
  const auto add = [&](const Tensor& output, const Tensor& of) {
    if (!of.defined() || !output.requires_grad()) return;
    outputs.push_back(output);
    given.push_back(of);
  };
  add(state.graph.features, gradient.features);
  add(state.graph.depth, gradient.depth);
  add(state.graph.opacity, gradient.opacity);
  std::vector<Tensor> found(state.leaves.size());
  if (!outputs.empty()) {
    found = torch::autograd::grad(outputs, state.leaves, given, /*retain_graph=*/true,
                                  /*create_graph=*/false, /*allow_unused=*/true);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].defined()) found[i] = at::zeros_like(state.leaves[i]).detach();
  }
  return {found[0], found[1], found[2], found[3], found[4]};
}

std::vector<FieldGradient> pull(const SavedRender& saved,
                                const std::vector<ImageGradient>& gradients) {
  check(!saved.empty(), ErrorCode::kInternal, "A gradient was pulled back to a render of nothing");
  const SavedRender::State& state = saved.state();
  for (const ImageGradient& gradient : gradients) check_gradient(state, gradient);
  if (state.marching) {
    const at::NoGradGuard no_gradient;
    return pull_on_kernels(state, gradients);
  }
  std::vector<FieldGradient> results;
  for (const ImageGradient& gradient : gradients) {
    results.push_back(pull_through_graph(state, gradient));
  }
  return results;
}

}  // namespace

SavedOutput render_and_save(const Field& field, const Rays& rays, const RenderOptions& options) {
  check(!options.want_normals && !options.want_weights, ErrorCode::kBadUsage,
        "A render for two gradients gives neither normals nor weights; render them apart");
  auto state = std::make_shared<SavedRender::State>();
  state->background = options.background;
  state->count = rays.count();
  SavedOutput result;
  if (can_march_fused(field, rays, options, /*gradients=*/true)) {
    const at::NoGradGuard no_gradient;
    const MarchRays march = set_up_rays(field, rays, Tensor(), options, /*gradients=*/true);
    state->marching = prepare_march(field, march, options, /*gradients=*/true);
    state->marching->packed = pack_planes(field.planes.unsqueeze(0));
    Marched marched = march_all(*state->marching, /*want_raw=*/true, /*want_weights=*/false);
    state->depths = marched.depths;
    state->raw = marched.raw;
    MarchResult found;
    found.out.features = marched.features;
    found.out.depth = marched.depth;
    found.out.opacity = marched.opacity;
    found.least = at::full({}, marched.span.least);
    found.largest = at::full({}, marched.span.largest);
    result.out = finish_march(found, options);
  } else {
    const at::AutoGradMode gradients(true);
    Field leaves = field;
    const auto leaf = [&](Tensor& tensor) {
      tensor = tensor.detach().requires_grad_(true);
      state->leaves.push_back(tensor);
    };
    leaf(leaves.planes);
    leaf(leaves.decoder.w0);
    leaf(leaves.decoder.b0);
    leaf(leaves.decoder.w1);
    leaf(leaves.decoder.b1);
    state->graph = render(leaves, rays, options);
    result.out = state->graph;
    for (Tensor* t : {&result.out.features, &result.out.depth, &result.out.opacity}) {
      *t = t->detach();
    }
  }
  result.saved = SavedRender(std::move(state));
  return result;
}

FieldGradient backward(const SavedRender& saved, const ImageGradient& gradient) {
  return pull(saved, {gradient}).front();
}

std::array<FieldGradient, 2> backward_pair(const SavedRender& saved, const ImageGradient& a,
                                           const ImageGradient& b) {
  std::vector<FieldGradient> both = pull(saved, {a, b});
  return {std::move(both[0]), std::move(both[1])};
}

}  // namespace portrait
