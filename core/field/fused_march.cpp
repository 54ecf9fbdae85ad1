// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/march.h"

#include "core/base/thread_pool.h"
#include "core/field/evaluator.h"
#include "core/field/marching.h"
#include "core/field/packed_planes.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace portrait {
namespace {

// Rays whose look-ups' gradients wait for their scattering at a time: a few MiB.
constexpr std::int64_t kPullRays = 512;
// Rays per sum of decoder gradients, so that the order of sums does not depend on the threads.
constexpr std::int64_t kPullGrain = 32;

Tensor tensor_of(const AlignedFloats& values, at::IntArrayRef sizes) {
  const Tensor result = at::empty(sizes);
  std::copy(values.begin(), values.end(), result.data_ptr<float>());
  return result;
}

class MarchFunction : public torch::autograd::Function<MarchFunction> {
 public:
  // Returns features, depth, opacity; span of the depths as [2], without gradient.
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                const Tensor& packed, const Tensor&, const Tensor&,
                                                const Tensor&, const Tensor&,
                                                c10::intrusive_ptr<Marching> marching) {
    marching->packed = packed.detach();
    const Marched out = march_all(*marching, /*want_raw=*/true, /*want_weights=*/false);
    context->saved_data["marching"] = at::IValue::make_capsule(std::move(marching));
    context->save_for_backward({out.depths, out.raw});
    const Tensor span = at::tensor({out.span.least, out.span.largest});
    context->mark_non_differentiable({span});
    return {out.features, out.depth, out.opacity, span};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto marching =
        c10::static_intrusive_pointer_cast<Marching>(context->saved_data["marching"].toCapsule());
    const Marching& m = *marching;
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const Tensor of_features =
        gradients[0].defined() ? gradients[0].contiguous() : at::zeros({m.count(), kFieldChannels});
    RayPull pull;
    pull.origins = m.march.origins;
    pull.directions = m.march.directions;
    pull.depths = saved[0].data_ptr<float>();
    pull.raw = saved[1].data_ptr<float>();
    pull.samples = m.march.samples();
    pull.grad_features = of_features.data_ptr<float>();
    const auto row = [](const Tensor& t) { return t.defined() ? t.contiguous() : t; };
    const Tensor of_depth = row(gradients[1]);
    const Tensor of_opacity = row(gradients[2]);
    if (of_depth.defined()) pull.grad_depth = of_depth.data_ptr<float>();
    if (of_opacity.defined()) pull.grad_opacity = of_opacity.data_ptr<float>();

    const Tensor planes = at::zeros(m.packed.sizes());
    const DecoderGradients decoder = pull_all(m, pull, planes.data_ptr<float>());
    const Tensor w1 =
        at::cat({tensor_of(decoder.w_density, {1, Decoder::kHidden}),
                 tensor_of(decoder.w_colour, {Decoder::kHidden, kFieldChannels}).t()});
    const Tensor b1 =
        at::cat({at::full({1}, decoder.b_density), tensor_of(decoder.b_colour, {kFieldChannels})});
    return {planes,
            tensor_of(decoder.w0, {kFieldChannels, Decoder::kHidden}).t().contiguous(),
            tensor_of(decoder.b0, {Decoder::kHidden}),
            w1,
            b1,
            Tensor()};
  }

 private:
  // Batches of rays: first all rays back to their look-ups, then plane by plane, in the order of
  // rays, into the planes' gradient.
  static DecoderGradients pull_all(const Marching& m, const RayPull& pull, float* grad_planes) {
    const FieldView view = m.view();
    const DecoderTransposes transposes = transpose_decoder(m.weights);
    const std::int64_t count = m.count();
    const std::int64_t ray_floats = std::int64_t(pull.samples) * kFieldChannels;
    AlignedFloats features(static_cast<std::size_t>(std::min(count, kPullRays) * ray_floats));
    std::vector<DecoderGradients> parts(
        static_cast<std::size_t>((count + kPullGrain - 1) / kPullGrain));
    constexpr int kGroups = kFieldChannels / kPlaneLane;
    for (std::int64_t first = 0; first < count; first += kPullRays) {
      const std::int64_t length = std::min(kPullRays, count - first);
      parallel_for(length, kPullGrain, [&](std::int64_t begin, std::int64_t end) {
        pull_rays(view, transposes, pull, first + begin, first + end,
                  features.data() + begin * ray_floats,
                  parts[static_cast<std::size_t>((first + begin) / kPullGrain)]);
      });
      parallel_for(3 * kGroups, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t task = begin; task < end; ++task) {
          const int plane = static_cast<int>(task / kGroups);
          scatter_rays(view, pull, first, first + length, features.data(), plane,
                       static_cast<int>(task % kGroups) * kPlaneLane,
                       grad_planes + plane * view.layout.plane_floats());
        }
      });
    }
    DecoderGradients sum;
    for (const DecoderGradients& part : parts) sum.add(part);
    return sum;
  }
};

}  // namespace

bool can_march_fused(const Field& field, const Rays& rays, const RenderOptions& options,
                     bool gradients) {
  if (!fits_kernels(field) || rays.count() == 0) return false;
  for (const Tensor* tensor : {&rays.origins, &rays.directions}) {
    if (!tensor->device().is_cpu() || tensor->scalar_type() != at::kFloat ||
        tensor->requires_grad()) {
      return false;
    }
  }
  if (field.planes.size(3) < 2 || field.planes.size(4) < 2) return false;
  if (options.coarse + options.fine > kMaxSamples || (options.fine > 0 && options.coarse < 4)) {
    return false;
  }
  return !gradients || (!options.want_normals && !options.want_weights);
}

MarchResult march_fused(const Field& field, const MarchRays& march, const RenderOptions& options,
                        bool gradients) {
  const c10::intrusive_ptr<Marching> marching = prepare_march(field, march, options, gradients);
  const Tensor packed = pack_planes(field.planes.unsqueeze(0));
  MarchResult result;
  if (gradients) {
    const Decoder& d = field.decoder;
    const auto found = MarchFunction::apply(packed, d.w0, d.b0, d.w1, d.b1, marching);
    result.out.features = found[0];
    result.out.depth = found[1];
    result.out.opacity = found[2];
    result.least = found[3][0];
    result.largest = found[3][1];
    return result;
  }
  marching->packed = packed;
  const Marched found =
      march_all(*marching, /*want_raw=*/false, options.want_weights || options.want_normals);
  result.out.features = found.features;
  result.out.depth = found.depth;
  result.out.opacity = found.opacity;
  result.least = at::full({}, found.span.least);
  result.largest = at::full({}, found.span.largest);
  if (!march.depths.defined()) {
    result.largest = at::maximum(march.ranges.far.max(), result.largest);
  }
  if (options.want_normals) {
    const Tensor points =
        at::addcmul(march.rays.origins.unsqueeze(1), march.rays.directions.unsqueeze(1),
                    found.depths.unsqueeze(2));
    result.out.normals =
        composite_normals(FieldEvaluator(field), points, sample_weights(found.weights));
  }
  if (options.want_weights) {
    result.out.weights = found.weights;
    result.out.sample_depths = found.depths;
  }
  return result;
}

}  // namespace portrait
