// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/packed_planes.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/field/kernels/plane_kernels.h"
#include "core/field/triplane.h"
#include "core/nn/check_shape.h"

namespace portrait {
namespace {

constexpr std::int64_t kPointGrain = 2048;

PlaneLayout layout_of(const Tensor& packed, const FieldFrame& frame) {
  return {static_cast<int>(packed.size(2)), static_cast<int>(packed.size(3)),
          static_cast<int>(packed.size(4)), static_cast<int>(packed.size(5)), frame};
}

Tensor look_up_all(const Tensor& packed, const Tensor& points, const FieldFrame& frame) {
  const PlaneLayout layout = layout_of(packed, frame);
  const std::int64_t count = points.size(1);
  const Tensor out = at::empty({points.size(0), count, layout.channels}, packed.options());
  for (std::int64_t b = 0; b < points.size(0); ++b) {
    const float* planes = packed.data_ptr<float>() + b * 3 * layout.plane_floats();
    const float* from = points.data_ptr<float>() + b * count * 3;
    float* to = out.data_ptr<float>() + b * count * layout.channels;
    parallel_for(count, kPointGrain, [&](std::int64_t begin, std::int64_t end) {
      look_up_planes(layout, planes, from + 3 * begin, end - begin, to + begin * layout.channels);
    });
  }
  return out;
}

class SamplePacked : public torch::autograd::Function<SamplePacked> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& packed,
                        const Tensor& points, const FieldFrame& frame) {
    frame_of(context, frame);
    context->saved_data["sizes"] = packed.sizes();
    context->save_for_backward({points});
    return look_up_all(packed, points, frame);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const Tensor points = context->get_saved_variables()[0];
    const std::vector<std::int64_t> sizes = context->saved_data["sizes"].toIntVector();
    const Tensor gradient = gradients[0].contiguous();
    const Tensor result = at::zeros(sizes, gradient.options());
    const PlaneLayout layout = layout_of(result, stored_frame(context));
    const std::int64_t count = points.size(1);
    const int lanes = layout.channels / kPlaneLane;
    // One task per head, plane and group of channels: no two write the same float.
    parallel_for(points.size(0) * 3 * lanes, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t b = task / (3 * lanes);
        const int plane = static_cast<int>(task / lanes % 3);
        scatter_plane_gradient(layout, plane, static_cast<int>(task % lanes) * kPlaneLane,
                               points.data_ptr<float>() + b * count * 3,
                               gradient.data_ptr<float>() + b * count * layout.channels, count,
                               result.data_ptr<float>() + (b * 3 + plane) * layout.plane_floats());
      }
    });
    return {result, Tensor(), Tensor()};
  }

 private:
  static void frame_of(torch::autograd::AutogradContext* context, const FieldFrame& frame) {
    std::vector<std::int64_t> axes;
    for (const PlaneAxes& plane : frame.planes) {
      axes.push_back(plane.width_axis);
      axes.push_back(plane.height_axis);
    }
    context->saved_data["axes"] = axes;
    context->saved_data["half_extent"] = frame.half_extent;
    context->saved_data["slices"] = static_cast<std::int64_t>(frame.depth_slices);
  }

  static FieldFrame stored_frame(torch::autograd::AutogradContext* context) {
    const std::vector<std::int64_t> axes = context->saved_data["axes"].toIntVector();
    FieldFrame frame;
    for (std::size_t p = 0; p < 3; ++p) {
      frame.planes[p] = {static_cast<int>(axes[2 * p]), static_cast<int>(axes[2 * p + 1])};
    }
    frame.half_extent = context->saved_data["half_extent"].toDouble();
    frame.depth_slices = static_cast<int>(context->saved_data["slices"].toInt());
    return frame;
  }
};

}  // namespace

Tensor pack_planes(const Tensor& planes) {
  check_shape(planes, {-1, 3, -1, -1, -1, -1}, "planes");
  return planes.permute({0, 1, 2, 4, 5, 3}).contiguous();
}

Tensor sample_packed_planes(const Tensor& packed, const Tensor& points, const FieldFrame& frame) {
  check_shape(packed, {-1, 3, frame.depth_slices, -1, -1, -1}, "packed planes");
  check_shape(points, {packed.size(0), -1, 3}, "points");
  const bool fast = packed.device().is_cpu() && packed.scalar_type() == at::kFloat &&
                    points.scalar_type() == at::kFloat && packed.size(5) % kPlaneLane == 0 &&
                    !points.requires_grad();
  if (!fast) {
    return sample_planes(packed.permute({0, 1, 2, 5, 3, 4}), points, frame).contiguous();
  }
  const Tensor from = points.contiguous();
  if (!at::GradMode::is_enabled() || !packed.requires_grad()) {
    return look_up_all(packed.contiguous(), from, frame);
  }
  return SamplePacked::apply(packed.contiguous(), from, frame);
}

}  // namespace portrait
