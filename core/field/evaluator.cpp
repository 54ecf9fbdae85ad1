// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/evaluator.h"

#include "core/base/thread_pool.h"
#include "core/field/packed_planes.h"

#include <algorithm>
#include <vector>

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
  return have_field_kernels() && field.planes.size(3) > 1 && field.planes.size(4) > 1;
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

FieldView FieldEvaluator::view() const {
  return {layout_of(packed_, field_.frame), packed_.data_ptr<float>(), weights_->view()};
}

FieldEvaluator::Values FieldEvaluator::fused(const Tensor& points, bool want_colours) const {
  const Tensor from = points.to(at::kFloat).contiguous();
  const std::int64_t count = from.size(0);
  Values result{at::empty({count}, at::kFloat), Tensor()};
  if (want_colours) result.colours = at::empty({count, kFieldChannels}, at::kFloat);
  const FieldView field = view();
  const float* positions = from.data_ptr<float>();
  float* raw = result.raw.data_ptr<float>();
  float* colours = want_colours ? result.colours.data_ptr<float>() : nullptr;
  parallel_for(count, kEvaluateGrain, [&](std::int64_t begin, std::int64_t end) {
    evaluate_points(field, positions + 3 * begin, end - begin, raw + begin,
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

void FieldEvaluator::block(const PointBlock& block, const std::uint8_t* wanted, float* raw,
                           float* rgb) const {
  if (weights_) {
    evaluate_block(view(), block, wanted, raw, rgb);
    return;
  }
  std::vector<float> points;
  std::vector<std::int64_t> places;
  std::int64_t place = 0;
  for (int z = 0; z < block.size[2]; ++z) {
    for (int y = 0; y < block.size[1]; ++y) {
      for (int x = 0; x < block.size[0]; ++x, ++place) {
        if (wanted && !wanted[place]) continue;
        points.insert(points.end(), {block.at[0][x], block.at[1][y], block.at[2][z]});
        places.push_back(place);
      }
    }
  }
  const Tensor at_points =
      at::from_blob(points.data(), {std::int64_t(places.size()), 3}, at::kFloat)
          .to(field_.planes.options().requires_grad(false));
  const auto on_cpu = [](const Tensor& t) { return t.to(at::kCPU, at::kFloat).contiguous(); };
  const Values found = rgb ? values(at_points) : Values{this->raw(at_points), Tensor()};
  const Tensor s = on_cpu(found.raw);
  const Tensor colours = rgb ? on_cpu(found.colours.narrow(1, 0, 3)) : Tensor();
  for (std::size_t i = 0; i < places.size(); ++i) {
    raw[places[i]] = s.data_ptr<float>()[i];
    if (rgb) std::copy_n(colours.data_ptr<float>() + 3 * i, 3, rgb + 3 * places[i]);
  }
}

void for_blocks(const FieldEvaluator& evaluator, std::int64_t count,
                const std::function<void(std::int64_t)>& body) {
  parallel_for(count, evaluator.on_kernels() ? 1 : std::max<std::int64_t>(count, 1),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) body(i);
               });
}

}  // namespace portrait
