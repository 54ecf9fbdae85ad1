// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/carry.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/reprojection/kernels/splat_kernels.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

constexpr int kBandRows = 64;
constexpr std::int64_t kGroupPlanes = 4;

CarryMap carry_map(const SplatMap& map) {
  return {map.source.data_ptr<std::int32_t>(), map.closing.data_ptr<std::uint8_t>(), map.width()};
}

// The map on the processor; its own tensors where they are there.
SplatMap local(const SplatMap& map) {
  SplatMap here = map;
  here.source = map.source.to(at::kCPU).contiguous();
  here.closing = map.closing.to(at::kCPU).contiguous();
  return here;
}

// Calls work(plane, begin, end) for the rows of all planes: task by task a band of rows of a few
// planes, so that the map's part of the band is read from memory once.
template <typename Work>
void over_bands(std::int64_t planes, const SplatMap& map, const Work& work) {
  const std::int64_t bands = (map.height() + kBandRows - 1) / kBandRows;
  const std::int64_t groups = (planes + kGroupPlanes - 1) / kGroupPlanes;
  parallel_for(groups * bands, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const int first = static_cast<int>(task % bands) * kBandRows;
      const std::int64_t group = task / bands * kGroupPlanes;
      for (std::int64_t p = group; p < std::min(planes, group + kGroupPlanes); ++p) {
        work(p, first, std::min(map.height(), first + kBandRows));
      }
    }
  });
}

// image [..., H, W] contiguous -> [..., h, w]; the background values serve the planes in turn.
Tensor carry_planes(const SplatMap& map, const Tensor& image, at::ArrayRef<float> background) {
  std::vector<std::int64_t> sizes = image.sizes().vec();
  sizes[sizes.size() - 2] = map.height();
  sizes.back() = map.width();
  const Tensor out = at::empty(sizes, image.options());
  const std::int64_t from_plane = std::int64_t(map.source_width) * map.source_height;
  const std::int64_t to_plane = std::int64_t(map.width()) * map.height();
  const std::int64_t planes = out.numel() / to_plane;
  const CarryMap carry = carry_map(map);
  const float* from = image.data_ptr<float>();
  float* to = out.data_ptr<float>();
  const bool one_band = map.height() <= kBandRows;
  over_bands(planes, map, [&](std::int64_t plane, int begin, int end) {
    carry_rows(carry, from + plane * from_plane, background[std::size_t(plane) % background.size()],
               begin, end, to + plane * to_plane);
    if (one_band) carry_columns(carry, begin, end, to + plane * to_plane);
  });
  if (!one_band) {  // gaps along columns reach into neighbouring bands
    over_bands(planes, map, [&](std::int64_t plane, int begin, int end) {
      carry_columns(carry, begin, end, to + plane * to_plane);
    });
  }
  return out;
}

Tensor pull_planes(const SplatMap& map, const Tensor& gradient) {
  std::vector<std::int64_t> sizes = gradient.sizes().vec();
  sizes[sizes.size() - 2] = map.source_height;
  sizes.back() = map.source_width;
  const Tensor space = gradient.contiguous().clone();
  const Tensor result = at::zeros(sizes, gradient.options());
  const std::int64_t from_plane = std::int64_t(map.source_width) * map.source_height;
  const std::int64_t to_plane = std::int64_t(map.width()) * map.height();
  const CarryMap carry = carry_map(map);
  float* pulled = space.data_ptr<float>();
  float* to = result.data_ptr<float>();
  parallel_for(space.numel() / to_plane, kGroupPlanes, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      pull_channel(carry, map.height(), pulled + plane * to_plane, to + plane * from_plane);
    }
  });
  return result;
}

class CarryImage : public torch::autograd::Function<CarryImage> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& image,
                        const SplatMap& map, at::ArrayRef<float> background) {
    context->save_for_backward({map.source, map.closing});
    context->saved_data["width"] = std::int64_t(map.source_width);
    context->saved_data["height"] = std::int64_t(map.source_height);
    return carry_planes(map, image, background);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const SplatMap map{saved[0], Tensor(), saved[1],
                       static_cast<int>(context->saved_data["width"].toInt()),
                       static_cast<int>(context->saved_data["height"].toInt())};
    return {pull_planes(map, gradients[0]), Tensor(), Tensor()};
  }
};

void check_image(const SplatMap& map, const Tensor& image) {
  check(
      image.dim() >= 2 && image.size(-2) == map.source_height && image.size(-1) == map.source_width,
      ErrorCode::kInternal, "An image of [{}] does not fit a splat from {} x {} pixels",
      fmt::join(image.sizes().vec(), ", "), map.source_height, map.source_width);
  check(image.scalar_type() == at::kFloat, ErrorCode::kInternal,
        "An image of type {} to be splatted, expected float", at::toString(image.scalar_type()));
}

Tensor carry(const SplatMap& map, const Tensor& image, at::ArrayRef<float> background) {
  const Tensor here = image.to(at::kCPU).contiguous();
  return CarryImage::apply(here, local(map), background).to(image.device());
}

}  // namespace

Tensor carry_image(const SplatMap& map, const Tensor& image, double background) {
  check_image(map, image);
  return carry(map, image, {static_cast<float>(background)});
}

Tensor carry_image(const SplatMap& map, const Tensor& image, at::ArrayRef<float> background) {
  check_image(map, image);
  check(image.dim() >= 3 && image.size(-3) == std::int64_t(background.size()), ErrorCode::kInternal,
        "{} background values for an image of [{}]", background.size(),
        fmt::join(image.sizes().vec(), ", "));
  return carry(map, image, background);
}

}  // namespace portrait
