// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/evaluator.h"

#include "core/base/thread_pool.h"
#include "core/field/packed_planes.h"

namespace portrait {
namespace {

constexpr std::int64_t kEvaluateGrain = 1024;

AlignedFloats floats(const Tensor& tensor) {
  const Tensor flat = tensor.detach().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

bool fits_kernels(const Field& field) {
  const Decoder& decoder = field.decoder;
  for (const Tensor* tensor :
       {&field.planes, &decoder.w0, &decoder.b0, &decoder.w1, &decoder.b1}) {
    if (!tensor->device().is_cpu() || tensor->scalar_type() != at::kFloat) return false;
  }
  return true;
}

DecoderWeights kernel_weights(const Decoder& decoder) {
  DecoderWeights weights;
  weights.w0 = floats(decoder.w0.t());
  weights.b0 = floats(decoder.b0);
  weights.w_density = floats(decoder.w1[0]);
  weights.b_density = decoder.b1[0].item<float>();
  weights.w_colour = floats(decoder.w1.narrow(0, 1, kFieldChannels).t());
  weights.b_colour = floats(decoder.b1.narrow(0, 1, kFieldChannels));
  weights.colour_low = static_cast<float>(decoder.colour_low);
  weights.colour_high = static_cast<float>(decoder.colour_high);
  return weights;
}

FieldEvaluator::FieldEvaluator(const Field& field)
    : field_(field), packed_(pack_planes(field.planes.unsqueeze(0))) {
  if (fits_kernels(field)) weights_ = kernel_weights(field.decoder);
}

Tensor FieldEvaluator::hidden(const Tensor& points) const {
  return field_.decoder.hidden(
      sample_packed_planes(packed_, points.unsqueeze(0), field_.frame).squeeze(0));
}

FieldEvaluator::Values FieldEvaluator::fused(const Tensor& points, bool want_colours) const {
  const Tensor from = points.to(at::kFloat).contiguous();
  const std::int64_t count = from.size(0);
  Values result{at::empty({count}, at::kFloat), Tensor()};
  if (want_colours) result.colours = at::empty({count, kFieldChannels}, at::kFloat);
  const PlaneLayout layout{static_cast<int>(packed_.size(2)), static_cast<int>(packed_.size(3)),
                           static_cast<int>(packed_.size(4)), kFieldChannels, field_.frame};
  const float* planes = packed_.data_ptr<float>();
  const float* positions = from.data_ptr<float>();
  float* raw = result.raw.data_ptr<float>();
  float* colours = want_colours ? result.colours.data_ptr<float>() : nullptr;
  parallel_for(count, kEvaluateGrain, [&](std::int64_t begin, std::int64_t end) {
    evaluate_field(layout, planes, *weights_, positions + 3 * begin, end - begin, raw + begin,
                   colours ? colours + kFieldChannels * begin : nullptr);
  });
  return result;
}

Tensor FieldEvaluator::raw(const Tensor& points) const {
  if (weights_) return fused(points, false).raw;
  const at::NoGradGuard no_gradient;
  return field_.decoder.raw_of_hidden(hidden(points)).squeeze(1);
}

Tensor FieldEvaluator::colours(const Tensor& points) const {
  if (weights_) return fused(points, true).colours;
  const at::NoGradGuard no_gradient;
  return field_.decoder.colours_of_hidden(hidden(points));
}

FieldEvaluator::Values FieldEvaluator::values(const Tensor& points) const {
  if (weights_) return fused(points, true);
  const at::NoGradGuard no_gradient;
  const Tensor units = hidden(points);
  return {field_.decoder.raw_of_hidden(units).squeeze(1),
          field_.decoder.colours_of_hidden(units)};
}

Tensor FieldEvaluator::raw_gradient(const Tensor& points) const {
  const at::NoGradGuard no_gradient;
  static constexpr float kCorners[4][3] = {{1, -1, -1}, {-1, -1, 1}, {-1, 1, -1}, {1, 1, 1}};
  const double half_texel = field_.frame.half_extent / double(field_.planes.size(4));
  const Tensor sum = at::zeros_like(points);
  for (const auto& corner : kCorners) {
    const Tensor direction = at::tensor({corner[0], corner[1], corner[2]}).to(points.options());
    sum.addcmul_(raw(points + direction * half_texel).unsqueeze(1), direction);
  }
  return sum.div_(4 * half_texel);
}

}  // namespace portrait
