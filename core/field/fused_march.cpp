// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/march.h"

#include "core/field/evaluator.h"
#include "core/field/marching.h"

#include <utility>

namespace portrait {
namespace {

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
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const Tensor of_features = gradients[0].defined()
                                   ? gradients[0].contiguous()
                                   : at::zeros({marching->count(), kFieldChannels});
    const auto row = [](const Tensor& t) { return t.defined() ? t.contiguous() : t; };
    const Tensor of_depth = row(gradients[1]);
    const Tensor of_opacity = row(gradients[2]);
    RayPull pull = pull_of(*marching, saved[0], saved[1]);
    pull.of[0].features = of_features.data_ptr<float>();
    if (of_depth.defined()) pull.of[0].depth = of_depth.data_ptr<float>();
    if (of_opacity.defined()) pull.of[0].opacity = of_opacity.data_ptr<float>();
    const PulledGradient found = std::move(pull_all(*marching, pull).front());
    return {found.packed, found.w0, found.b0, found.w1, found.b1, Tensor()};
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
  return within_kernel_limits(options, gradients);
}

MarchResult march_fused(const Field& field, const MarchRays& march, const RenderOptions& options,
                        bool gradients) {
  const c10::intrusive_ptr<Marching> marching = prepare_march(field, march, options, gradients);
  const FieldEvaluator evaluator(field);
  MarchResult result;
  if (gradients) {
    const Decoder& d = field.decoder;
    const auto found = MarchFunction::apply(evaluator.packed(), d.w0, d.b0, d.w1, d.b1, marching);
    result.out.features = found[0];
    result.out.depth = found[1];
    result.out.opacity = found[2];
    result.least = found[3][0];
    result.largest = found[3][1];
    return result;
  }
  marching->packed = evaluator.packed();
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
  add_on_demand(evaluator, march.rays, options, found.depths, found.weights, result.out);
  return result;
}

}  // namespace portrait
