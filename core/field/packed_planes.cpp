// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/packed_planes.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/field/kernels/point_kernels.h"
#include "core/field/triplane.h"
#include "core/nn/check_shape.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr std::int64_t kPointGrain = 2048;

Tensor look_up_all(const Tensor& packed, const Tensor& points, const FieldFrame& frame) {
  const PlaneLayout layout = layout_of(packed, frame);
  const std::int64_t count = points.size(1);
  const Tensor out = at::empty({points.size(0), count, kFieldChannels}, packed.options());
  for (std::int64_t b = 0; b < points.size(0); ++b) {
    const float* planes = packed.data_ptr<float>() + b * 3 * layout.plane_floats();
    const float* from = points.data_ptr<float>() + b * count * 3;
    float* to = out.data_ptr<float>() + b * count * kFieldChannels;
    parallel_for(count, kPointGrain, [&](std::int64_t begin, std::int64_t end) {
      look_up_points(layout, planes, from + 3 * begin, end - begin, to + begin * kFieldChannels);
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
    constexpr int lanes = kFieldChannels / kPlaneLane;
    // One task per head, plane and group of channels: no two write the same float.
    parallel_for(points.size(0) * 3 * lanes, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t b = task / (3 * lanes);
        const int plane = static_cast<int>(task / lanes % 3);
        scatter_points(layout, plane, static_cast<int>(task % lanes) * kPlaneLane,
                       points.data_ptr<float>() + b * count * 3,
                       gradient.data_ptr<float>() + b * count * kFieldChannels, count,
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

// Texels moved together: half a kilobyte of each channel, which lie so far apart that they share
// the caches' sets, and 16 KB of texels.
constexpr std::int64_t kTexels = 128;

// from [N,A,B] -> to [N,B,A] where one of A and B is the 32 channels and the other the texels.
template <bool kToChannelsLast>
void transpose_images(const float* from, std::int64_t images, std::int64_t texels, float* to) {
  const std::int64_t tiles = (texels + kTexels - 1) / kTexels;
  parallel_for(images * tiles, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      const std::int64_t image = tile / tiles * texels * kFieldChannels;
      const std::int64_t first = tile % tiles * kTexels;
      const std::int64_t last = std::min(first + kTexels, texels);
      for (std::int64_t channel = 0; channel < kFieldChannels; ++channel) {
        for (std::int64_t texel = first; texel < last; ++texel) {
          const std::int64_t by_channel = image + channel * texels + texel;
          const std::int64_t by_texel = image + texel * kFieldChannels + channel;
          if constexpr (kToChannelsLast) {
            to[by_texel] = from[by_channel];
          } else {
            to[by_channel] = from[by_texel];
          }
        }
      }
    }
  });
}

class PackPlanes : public torch::autograd::Function<PackPlanes> {
 public:
  static Tensor forward(torch::autograd::AutogradContext*, const Tensor& planes) {
    const Tensor from = planes.contiguous();
    const Tensor to = at::empty({from.size(0), from.size(1), from.size(2), from.size(4),
                                 from.size(5), kFieldChannels}, from.options());
    transpose_images<true>(from.data_ptr<float>(), from.size(0) * from.size(1) * from.size(2),
                           from.size(4) * from.size(5), to.data_ptr<float>());
    return to;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list gradients) {
    return {unpack_planes(gradients[0])};
  }
};

}  // namespace

Tensor pack_planes(const Tensor& planes) {
  check_shape(planes, {-1, 3, -1, -1, -1, -1}, "planes");
  if (!planes.device().is_cpu() || planes.scalar_type() != at::kFloat ||
      planes.size(3) != kFieldChannels) {
    return planes.permute({0, 1, 2, 4, 5, 3}).contiguous();
  }
  return PackPlanes::apply(planes);
}

Tensor unpack_planes(const Tensor& packed) {
  check_shape(packed, {-1, 3, -1, -1, -1, -1}, "packed planes");
  if (!packed.device().is_cpu() || packed.scalar_type() != at::kFloat ||
      packed.size(5) != kFieldChannels) {
    return packed.permute({0, 1, 2, 5, 3, 4}).contiguous();
  }
  const Tensor from = packed.detach().contiguous();
  const Tensor to = at::empty({from.size(0), from.size(1), from.size(2), kFieldChannels,
                               from.size(3), from.size(4)}, from.options());
  transpose_images<false>(from.data_ptr<float>(), from.size(0) * from.size(1) * from.size(2),
                          from.size(3) * from.size(4), to.data_ptr<float>());
  return to;
}

PlaneLayout layout_of(const Tensor& packed, const FieldFrame& frame) {
  check_shape(packed, {-1, 3, frame.depth_slices, -1, -1, kFieldChannels}, "packed planes");
  return {static_cast<int>(packed.size(2)), static_cast<int>(packed.size(3)),
          static_cast<int>(packed.size(4)), frame};
}

Tensor sample_packed_planes(const Tensor& packed, const Tensor& points, const FieldFrame& frame) {
  check_shape(packed, {-1, 3, frame.depth_slices, -1, -1, -1}, "packed planes");
  check_shape(points, {packed.size(0), -1, 3}, "points");
  const bool fast = have_field_kernels() && packed.device().is_cpu() &&
                    packed.scalar_type() == at::kFloat && points.scalar_type() == at::kFloat &&
                    packed.size(5) == kFieldChannels && packed.size(3) > 1 && packed.size(4) > 1 &&
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
