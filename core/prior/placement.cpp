// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/placement.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

using Texels = Eigen::Matrix<std::int64_t, 3, 1>;

Texels texels_of(const PriorFrame& frame, std::int64_t count) {
  const double texel = 2 * frame.scale * frame.half_extent / static_cast<double>(count);
  Texels texels;
  for (int axis = 0; axis < 3; ++axis) {
    texels[axis] = static_cast<std::int64_t>(std::llround(frame.offset[axis] / texel));
  }
  return texels;
}

Decoder per_our_unit(const Decoder& theirs, double scale) {
  Decoder decoder = theirs.clone();
  decoder.w1[0].div_(scale);
  decoder.b1[0].sub_(1).div_(scale).add_(1);
  return decoder;
}

bool is_offset(const nlohmann::json& value) {
  if (!value.is_array() || value.size() != 3) return false;
  return std::all_of(value.begin(), value.end(),
                     [](const nlohmann::json& number) { return number.is_number(); });
}

}  // namespace

PriorFrame told_frame(PriorFrame frame, const nlohmann::json& config) {
  const auto scale = config.find("world_scale");
  const auto offset = config.find("world_offset");
  if (scale != config.end()) {
    check(scale->is_number() && scale->get<double>() > 0 && std::isfinite(scale->get<double>()),
          ErrorCode::kCorrupt,
          "The prior's \"world_scale\" is {}; it is a number above 0, by which its heads are "
          "multiplied. Without it they are by {}",
          scale->dump(), frame.scale);
    frame.scale = scale->get<double>();
  }
  if (offset != config.end()) {
    check(
        is_offset(*offset), ErrorCode::kCorrupt,
        "The prior's \"world_offset\" is {}; it is where the origin of its heads stands, [x, y, z]",
        offset->dump());
    for (int axis = 0; axis < 3; ++axis) {
      frame.offset[axis] = (*offset)[std::size_t(axis)].get<double>();
    }
  }
  if (scale == config.end() && offset == config.end()) return frame;
  const double most = frame.scale * frame.half_extent;
  const Eigen::Vector3d& at = frame.offset;
  check(at.cwiseAbs().maxCoeff() <= most, ErrorCode::kCorrupt,
        "By \"world_scale\" {} and \"world_offset\" [{}, {}, {}] the prior's heads would stand "
        "beside their cube; no number of the offset is to be larger than {}, half the cube",
        frame.scale, at.x(), at.y(), at.z(), most);
  return frame;
}

Eigen::Vector3d placed_offset(const PriorFrame& frame, std::int64_t texels) {
  const double texel = 2 * frame.scale * frame.half_extent / static_cast<double>(texels);
  return texels_of(frame, texels).cast<double>() * texel;
}

Tensor halved_planes(const Tensor& planes) {
  const std::int64_t side = planes.size(-1);
  check(side % 2 == 0 && planes.size(-2) == side, ErrorCode::kInternal,
        "Planes of {} x {} texels have no half", planes.size(-2), side);
  const auto shape = planes.sizes().vec();
  std::vector<std::int64_t> half(shape.begin(), shape.end());
  half[half.size() - 1] = half[half.size() - 2] = side / 2;
  return at::avg_pool2d(planes.reshape({1, -1, side, side}), {2, 2}).view(half);
}

Field placed_head(const Tensor& planes, const Decoder& decoder, const SuperResolution& sr,
                  const PriorFrame& frame) {
  check_shape(planes, {3, kFieldChannels, planes.size(-1), planes.size(-1)}, "planes");
  check(frame.scale > 0 && frame.half_extent > 0, ErrorCode::kInternal,
        "A prior's frame of size {} at scale {}; both must be above zero", frame.half_extent,
        frame.scale);
  const at::NoGradGuard no_grad;
  const Texels texels = texels_of(frame, planes.size(-1));
  std::vector<Tensor> moved;
  for (int p = 0; p < 3; ++p) {
    const PlaneAxes axes = frame.planes[std::size_t(p)];
    Tensor plane = planes[p];
    if (frame.flips[std::size_t(axes.width_axis)] < 0) plane = plane.flip({2});
    if (frame.flips[std::size_t(axes.height_axis)] < 0) plane = plane.flip({1});
    const std::int64_t right = texels[axes.width_axis];
    const std::int64_t down = texels[axes.height_axis];
    moved.push_back(at::constant_pad_nd(plane, {right, -right, down, -down}, 0));
  }
  Field field;
  field.planes = at::stack(moved).unsqueeze(1).contiguous();
  field.decoder = per_our_unit(decoder, frame.scale);
  field.sr = sr.clone();
  field.frame.half_extent = frame.scale * frame.half_extent;
  field.frame.planes = frame.planes;
  return field;
}

}  // namespace portrait
