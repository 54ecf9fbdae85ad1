// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/one_ray.h"
#include "core/field/packed_planes.h"
#include "tests/field/test_fields.h"

#include <cmath>
#include <cstddef>
#include <vector>

// Small fields and rays for the renderer of one ray.
namespace portrait {

inline constexpr int kHeight = 4;
inline constexpr int kWidth = 5;
inline constexpr int kSamples = 6;

// The numbers of a field in kernel layout, all of them in one row, so that each can be nudged.
template <typename Scalar>
struct Numbers {
  explicit Numbers(const Field& field) {
    layout = {field.frame.depth_slices, kHeight, kWidth, field.frame};
    colour_low = Scalar(field.decoder.colour_low);
    colour_high = Scalar(field.decoder.colour_high);
    const Decoder& d = field.decoder;
    for (const Tensor& part :
         {pack_planes(field.planes.unsqueeze(0)), d.w0.t(), d.b0, d.w1[0], d.b1.narrow(0, 0, 1),
          d.w1.narrow(0, 1, kFieldChannels).t(), d.b1.narrow(0, 1, kFieldChannels)}) {
      const Tensor flat = part.detach().to(at::kDouble).contiguous().view({-1});
      starts.push_back(all.size());
      for (std::int64_t i = 0; i < flat.numel(); ++i) {
        all.push_back(Scalar(flat.data_ptr<double>()[i]));
      }
    }
  }

  ray_math::FieldOf<Scalar> view() const {
    const auto at = [&](std::size_t part) { return all.data() + starts[part]; };
    return {layout, at(0), {at(1), at(2), at(3), at(4), at(5), at(6), colour_low, colour_high}};
  }
  // Room for the gradient of all numbers, as a FieldGradientOf.
  ray_math::FieldGradientOf<Scalar> into(std::vector<Scalar>& room) const {
    room.assign(all.size(), 0);
    const auto at = [&](std::size_t part) { return room.data() + starts[part]; };
    return {at(0), at(1), at(2), at(3), at(4), at(5), at(6)};
  }

  PlaneLayout layout;
  std::vector<Scalar> all;
  std::vector<std::size_t> starts;
  Scalar colour_low = 0;
  Scalar colour_high = 1;
};

struct Case {
  const char* name;
  int slices = 1;
  double raw_bias = 0;
  bool misses = false;
  bool skips = false;  // two of the samples are left out
};
inline const Case kCases[] = {{"random"},
                              {"random, three slices", 3},
                              {"opaque wall", 1, 40},
                              {"nearly empty", 3, -8},
                              {"ray that misses", 1, 0, true},
                              {"samples left out", 1, 1, false, true}};

inline Field field_of(const Case& chosen) {
  Field field = random_field(chosen.slices, kHeight, 21);
  field.planes = at::cat({field.planes, field.planes.narrow(4, 1, kWidth - kHeight).neg()}, 4);
  for (Tensor* tensor : {&field.planes, &field.decoder.w0, &field.decoder.b0, &field.decoder.w1,
                         &field.decoder.b1}) {
    *tensor = tensor->to(at::kDouble);
  }
  field.decoder.b1[0] = chosen.raw_bias;
  return field;
}

// A ray through the box, or past it, with uneven samples.
struct TestRay {
  explicit TestRay(const Case& chosen) : skips(chosen.skips) {
    if (chosen.misses) origin[1] = 3;
    const double length = std::sqrt(0.32 * 0.32 + 0.1 * 0.1 + 0.9 * 0.9);
    for (double& along : direction) along /= length;
  }
  ray_math::OneRay<double> view() const { return {origin, direction, t, kSamples}; }

  double origin[3] = {0.4, -0.1, 1.2};
  double direction[3] = {-0.32, 0.1, -0.9};
  double t[kSamples] = {0.81, 0.97, 1.2, 1.31, 1.58, 1.7};
  bool skips;
};

}  // namespace portrait
