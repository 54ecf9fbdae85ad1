// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/cuda_march.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"
#include "core/field/kernels/ray_kernels_cuda.h"
#include "core/field/packed_planes.h"

#include <c10/core/DeviceGuard.h>
#include <torch/custom_class.h>

#include <utility>

namespace portrait {
namespace {

// All that the kernels read, kept alive together, from the forward to the backward.
struct CudaMarching : torch::CustomClassHolder {
  Tensor packed;                                            // [1,3,D,H,W,32]
  Tensor w0, b0, w_density, b_density, w_colour, b_colour;  // as in DecoderView
  Tensor near, far, coarse_jitter, fine_quantiles, depths, occupied;
  Rays rays;
  FieldView view;
  RayMarch march;

  std::int64_t count() const { return rays.count(); }
  Tensor floats(at::IntArrayRef sizes) const { return at::empty(sizes, rays.origins.options()); }
};

void check_queued(const char* trouble) {
  check(trouble == nullptr, ErrorCode::kUnsupported,
        "The CUDA device did not take the renderer's kernels ({}); render with --device cpu",
        trouble ? trouble : "");
}

const float* pointer(Tensor& kept, const Tensor& tensor) {
  kept = tensor.detach().contiguous();
  return kept.data_ptr<float>();
}

// A row per ray, or one row for all where the tensor is an expansion.
const float* pointer_to_rows(Tensor& kept, const Tensor& tensor, std::int64_t& stride) {
  const bool shared = tensor.size(0) > 0 && tensor.stride(0) == 0;
  stride = shared ? 0 : tensor.size(1);
  return pointer(kept, shared ? tensor.narrow(0, 0, 1) : tensor);
}

void view_field(const Field& field, const Tensor& packed, CudaMarching& m) {
  const Decoder& d = field.decoder;
  m.packed = packed.detach();
  m.view.layout = layout_of(packed, field.frame);
  m.view.planes = m.packed.data_ptr<float>();
  m.view.decoder = {pointer(m.w0, d.w0.t()),
                    pointer(m.b0, d.b0),
                    pointer(m.w_density, d.w1[0]),
                    pointer(m.b_density, d.b1.narrow(0, 0, 1)),
                    pointer(m.w_colour, d.w1.narrow(0, 1, kFieldChannels).t()),
                    pointer(m.b_colour, d.b1.narrow(0, 1, kFieldChannels)),
                    static_cast<float>(d.colour_low),
                    static_cast<float>(d.colour_high)};
}

c10::intrusive_ptr<CudaMarching> prepare(const Field& field, const Tensor& packed,
                                         const MarchRays& given, const RenderOptions& options,
                                         bool gradients) {
  auto marching = c10::make_intrusive<CudaMarching>();
  CudaMarching& m = *marching;
  view_field(field, packed, m);
  RayMarch& march = m.march;
  march.origins = pointer(m.rays.origins, given.rays.origins);
  march.directions = pointer(m.rays.directions, given.rays.directions);
  if (given.depths.defined()) {
    march.depths = pointer(m.depths, given.depths);
    march.coarse = static_cast<int>(m.depths.size(1));
  } else {
    march.near = pointer(m.near, given.ranges.near);
    march.far = pointer(m.far, given.ranges.far);
    march.coarse_jitter =
        pointer_to_rows(m.coarse_jitter, given.jitter.coarse, march.coarse_stride);
    march.fine_quantiles = pointer_to_rows(m.fine_quantiles, given.jitter.fine, march.fine_stride);
  }
  set_march_options(options, !given.depths.defined(), gradients, march);
  if (options.occupancy) {
    const OccupancyGrid& grid = *options.occupancy;
    m.occupied = at::tensor(grid.occupied, at::kByte).to(given.rays.origins.device());
    march.cells = {grid.cells, float(grid.half_extent), m.occupied.data_ptr<std::uint8_t>()};
  }
  return marching;
}

struct Marched {
  Tensor features, depth, opacity;
  Tensor depths, raw, weights;  // where asked for
  Tensor span;                  // [2], least and largest sample depth
};

Marched march_all(const CudaMarching& m, bool want_raw, bool want_weights) {
  const c10::DeviceGuard device(m.packed.device());
  const std::int64_t count = m.count();
  const int samples = m.march.samples();
  Marched out;
  RayResults results;
  const auto room = [&](Tensor& tensor, at::IntArrayRef sizes) {
    tensor = m.floats(sizes);
    return tensor.data_ptr<float>();
  };
  results.features = room(out.features, {count, kFieldChannels});
  results.depth = room(out.depth, {count});
  results.opacity = room(out.opacity, {count});
  if (want_raw || want_weights) results.depths = room(out.depths, {count, samples});
  if (want_raw) results.raw = room(out.raw, {count, samples});
  if (want_weights) results.weights = room(out.weights, {count, samples - 1});
  check_queued(
      march_rays_cuda(m.view, m.march, count, results, room(out.span, {2}), /*stream=*/nullptr));
  return out;
}

// Decoder gradients [kDecoderFloats] in the shapes of w0, b0, w1, b1.
torch::autograd::variable_list decoder_shapes(const Tensor& sums) {
  constexpr int kMatrix = kFieldChannels * Decoder::kHidden;
  const std::vector<Tensor> parts = sums.split_with_sizes(
      {kMatrix, Decoder::kHidden, Decoder::kHidden, 1, kMatrix, kFieldChannels});
  const Tensor w0 = parts[0].view({kFieldChannels, Decoder::kHidden}).t().contiguous();
  const Tensor w_colour = parts[4].view({Decoder::kHidden, kFieldChannels}).t();
  return {w0, parts[1], at::cat({parts[2].unsqueeze(0), w_colour}), at::cat({parts[3], parts[5]})};
}

class CudaMarchFunction : public torch::autograd::Function<CudaMarchFunction> {
 public:
  // Returns features, depth, opacity; span of the depths as [2], without gradient.
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                const Tensor&, const Tensor&, const Tensor&,
                                                const Tensor&, const Tensor&,
                                                c10::intrusive_ptr<CudaMarching> marching) {
    const Marched out = march_all(*marching, /*want_raw=*/true, /*want_weights=*/false);
    context->saved_data["marching"] = at::IValue::make_capsule(std::move(marching));
    context->save_for_backward({out.depths, out.raw});
    context->mark_non_differentiable({out.span});
    return {out.features, out.depth, out.opacity, out.span};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto marching = c10::static_intrusive_pointer_cast<CudaMarching>(
        context->saved_data["marching"].toCapsule());
    const CudaMarching& m = *marching;
    const c10::DeviceGuard device(m.packed.device());
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const auto whole = [](const Tensor& t) { return t.defined() ? t.contiguous() : t; };
    const auto at = [](const Tensor& t) { return t.defined() ? t.data_ptr<float>() : nullptr; };
    const Tensor of_features = gradients[0].defined()
                                   ? gradients[0].contiguous()
                                   : at::zeros({m.count(), kFieldChannels}, m.packed.options());
    const Tensor of_depth = whole(gradients[1]);
    const Tensor of_opacity = whole(gradients[2]);
    RayPull pull;
    pull.origins = m.march.origins;
    pull.directions = m.march.directions;
    pull.depths = saved[0].data_ptr<float>();
    pull.raw = saved[1].data_ptr<float>();
    pull.samples = m.march.samples();
    pull.of[0] = {at(of_features), at(of_depth), at(of_opacity)};
    const Tensor planes = at::zeros_like(m.packed);
    const Tensor decoder = at::zeros({kDecoderFloats}, m.packed.options());
    const PulledFloats into{at(planes), at(decoder)};
    const Tensor workspace =
        m.floats({pull_workspace_floats(m.count(), pull.samples, pull.gradients)});
    check_queued(pull_rays_cuda(m.view, pull, m.count(), &into, at(workspace), /*stream=*/nullptr));
    torch::autograd::variable_list result{planes};
    for (const Tensor& part : decoder_shapes(decoder)) result.push_back(part);
    result.emplace_back();
    return result;
  }
};

}  // namespace

bool can_march_cuda(const Field& field, const Rays& rays, const RenderOptions& options,
                    bool gradients) {
  const Decoder& d = field.decoder;
  for (const Tensor* tensor :
       {&field.planes, &d.w0, &d.b0, &d.w1, &d.b1, &rays.origins, &rays.directions}) {
    if (!tensor->is_cuda() || tensor->device() != field.device()) return false;
    if (tensor->scalar_type() != at::kFloat) return false;
  }
  if (rays.count() == 0 || rays.origins.requires_grad() || rays.directions.requires_grad()) {
    return false;
  }
  if (field.planes.size(3) < 2 || field.planes.size(4) < 2) return false;
  return within_kernel_limits(options, gradients);
}

MarchResult march_cuda(const Field& field, const MarchRays& march, const RenderOptions& options,
                       bool gradients) {
  const FieldEvaluator evaluator(field);
  const Tensor& packed = evaluator.packed();
  const c10::intrusive_ptr<CudaMarching> marching =
      prepare(field, packed, march, options, gradients);
  MarchResult result;
  if (gradients) {
    const Decoder& d = field.decoder;
    const auto found = CudaMarchFunction::apply(packed, d.w0, d.b0, d.w1, d.b1, marching);
    result.out.features = found[0];
    result.out.depth = found[1];
    result.out.opacity = found[2];
    result.least = found[3][0];
    result.largest = found[3][1];
    return result;
  }
  const Marched found =
      march_all(*marching, /*want_raw=*/false, options.want_weights || options.want_normals);
  result.out.features = found.features;
  result.out.depth = found.depth;
  result.out.opacity = found.opacity;
  result.least = found.span[0];
  result.largest =
      march.depths.defined() ? found.span[1] : at::maximum(march.ranges.far.max(), found.span[1]);
  add_on_demand(evaluator, march.rays, options, found.depths, found.weights, result.out);
  return result;
}

}  // namespace portrait
