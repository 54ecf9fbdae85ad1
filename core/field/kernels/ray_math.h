// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_device.h"
#include "core/field/kernels/compositing.h"
#include "core/field/kernels/ray_kernels.h"

#include <cmath>
#include <cstdint>
#include <limits>

// The volume renderer (renderer.h) of one ray in plain scalars: its equations to read, to check in
// double precision, and for the CUDA kernels to call. Nothing here allocates; all of it runs on the
// processor and on a device. The kernels that people wait for do the same many numbers at a time
// (ray_forward-inl.h, ray_forward_cuda.cu). The way back is in ray_pull_math.h.
namespace portrait::ray_math {

// FieldView in any scalar type; shapes as there.
template <typename Scalar>
struct DecoderOf {
  const Scalar* w0 = nullptr;
  const Scalar* b0 = nullptr;
  const Scalar* w_density = nullptr;
  const Scalar* b_density = nullptr;
  const Scalar* w_colour = nullptr;
  const Scalar* b_colour = nullptr;
  Scalar colour_low = 0;
  Scalar colour_high = 1;
};
template <typename Scalar>
struct FieldOf {
  PlaneLayout layout;
  const Scalar* planes = nullptr;
  DecoderOf<Scalar> decoder;
};

template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar softplus(Scalar x) {
  return (x > 0 ? x : Scalar(0)) + std::log1p(std::exp(x > 0 ? -x : x));
}
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar sigmoid(Scalar x) {
  return 1 / (1 + std::exp(-x));
}
// Slope of softplus, from its value: sigmoid(x) = 1 - exp(-softplus(x)).
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar softplus_slope(Scalar value) {
  return -std::expm1(-value);
}
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar held_between(Scalar low, Scalar x, Scalar high) {
  return x > low ? (x < high ? x : high) : low;
}

// -- look-ups

// The look-up of a point on a plane: 2 x 2 texels from `offset` (in numbers, inside the plane) on,
// of one slice, or blended with the slice behind it. A texel outside the plane weighs nothing. A
// plane holds fewer than 2^31 numbers.
template <typename Scalar>
struct PlaneTaps {
  std::int32_t offset;
  Scalar second;     // share of the slice behind
  Scalar weight[4];  // (row, column) 00 01 10 11, with the 1/3 of the mean of the planes
};

// Texel coordinate of a position p in the box, `size` texels across; texel i has its centre at i.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar texel_place(const PlaneLayout& layout, Scalar p, int size) {
  const Scalar scale = Scalar(0.5) / Scalar(layout.frame.half_extent);
  return (p * scale + Scalar(0.5)) * Scalar(size) - Scalar(0.5);
}

template <typename Scalar>
PORTRAIT_HOST_DEVICE PlaneTaps<Scalar> plane_taps(const PlaneLayout& layout, int plane,
                                                  const Scalar* point) {
  const PlaneAxes axes = layout.frame.planes[static_cast<std::size_t>(plane)];
  const auto place = [&](int axis, int size) {  // held near the plane: far outside is all the same
    return held_between(Scalar(-2), texel_place(layout, point[axis], size), Scalar(size + 1));
  };
  const auto hat = [](Scalar distance) {  // the bilinear weight
    const Scalar weight = 1 - std::fabs(distance);
    return weight > 0 ? weight : Scalar(0);
  };
  const Scalar x = place(axes.width_axis, layout.width);
  const Scalar y = place(axes.height_axis, layout.height);
  const Scalar x0 = held_between(Scalar(0), std::floor(x), Scalar(layout.width - 2));
  const Scalar y0 = held_between(Scalar(0), std::floor(y), Scalar(layout.height - 2));
  const Scalar third = Scalar(1) / 3;
  const Scalar upper = hat(y - y0) * third;
  const Scalar lower = hat(y - y0 - 1) * third;
  const Scalar left = hat(x - x0);
  const Scalar right = hat(x - x0 - 1);
  int row = int(y0);
  PlaneTaps<Scalar> taps{0, 0, {upper * left, upper * right, lower * left, lower * right}};
  if (layout.depth > 1) {
    const Scalar place_behind = texel_place(layout, point[axes.normal_axis()], layout.depth);
    const Scalar z = held_between(Scalar(0), place_behind, Scalar(layout.depth - 1));
    const Scalar z0 = held_between(Scalar(0), std::floor(z), Scalar(layout.depth - 2));
    taps.second = z - z0;
    row += int(z0) * layout.height;
  }
  taps.offset = (row * layout.width + int(x0)) * kFieldChannels;
  return taps;
}

// Calls visit(offset in the plane, weight) for the four or eight texels of a look-up.
template <typename Scalar, typename Visit>
PORTRAIT_HOST_DEVICE void visit_texels(const PlaneLayout& layout, const PlaneTaps<Scalar>& taps,
                                       const Visit& visit) {
  const int row = layout.width * kFieldChannels;
  const auto visit_slice = [&](int offset, Scalar share) {
    visit(offset, taps.weight[0] * share);
    visit(offset + kFieldChannels, taps.weight[1] * share);
    visit(offset + row, taps.weight[2] * share);
    visit(offset + row + kFieldChannels, taps.weight[3] * share);
  };
  if (taps.second < 1) visit_slice(taps.offset, 1 - taps.second);
  if (taps.second > 0) visit_slice(taps.offset + row * layout.height, taps.second);
}

// What one plane adds to one channel of the mean of the three look-ups.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar look_up(const PlaneLayout& layout, const Scalar* plane,
                                    const PlaneTaps<Scalar>& taps, int channel) {
  Scalar sum = 0;
  visit_texels(layout, taps,
               [&](int offset, Scalar weight) { sum += weight * plane[offset + channel]; });
  return sum;
}

// -- decoder

// h = softplus(W0 f + b0), one unit of it; `features` [32].
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar hidden_unit(const DecoderOf<Scalar>& decoder, const Scalar* features,
                                        int unit) {
  Scalar sum = decoder.b0[unit];
  for (int c = 0; c < kFieldChannels; ++c) {
    sum += features[c] * decoder.w0[c * kHiddenUnits + unit];
  }
  return softplus(sum);
}

// s = w_density . h + b_density.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar raw_of_hidden(const DecoderOf<Scalar>& decoder, const Scalar* hidden) {
  Scalar sum = *decoder.b_density;
  for (int u = 0; u < kHiddenUnits; ++u) sum += hidden[u] * decoder.w_density[u];
  return sum;
}

// What one channel of the colour is before it is widened to low .. high: sigmoid(Wc h + bc).
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar colour_sigmoid(const DecoderOf<Scalar>& decoder, const Scalar* hidden,
                                           int channel) {
  Scalar sum = decoder.b_colour[channel];
  for (int u = 0; u < kHiddenUnits; ++u) {
    sum += hidden[u] * decoder.w_colour[u * kFieldChannels + channel];
  }
  return sigmoid(sum);
}

// -- along the ray

// s as it is stored: kEmptyRaw stands for samples that were not evaluated, so a value that happens
// to be it moves aside by about one rounding of a float.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar evaluated_raw(Scalar raw) {
  return raw == Scalar(kEmptyRaw) ? Scalar(kEmptyRaw + 1e-6F) : raw;
}

// Density between neighbours of raw densities a and b, per unit of length: softplus(mean - 1).
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar density_between(Scalar a, Scalar b) {
  return softplus((a + b) * Scalar(0.5) - 1);
}

// What sample k of n contributes when values are averaged at the two ends of an interval.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar share_of_sample(const Scalar* weights, int k, int n) {
  return ((k > 0 ? weights[k - 1] : Scalar(0)) + (k < n - 1 ? weights[k] : Scalar(0))) *
         Scalar(0.5);
}

// Infinite where there is no matter; `moment` is the sum of weight * middle of the interval.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar depth_of_moment(Scalar moment, Scalar opacity) {
  return opacity > 0 ? moment / opacity : std::numeric_limits<Scalar>::infinity();
}

// Depth of a coarse sample at s in [0, 1] of its ray: linear in t, or in 1 / t.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar coarse_depth(Scalar near, Scalar far, Scalar s, bool disparity) {
  return disparity ? 1 / ((1 - s) / near + s / far) : near + s * (far - near);
}

// Whether a point may hold matter: it lies in an occupied cell, or no cells are known.
template <typename Scalar>
PORTRAIT_HOST_DEVICE bool may_hold_matter(const CellView& cells, const Scalar* point) {
  if (cells.cells == 0) return true;
  const Scalar scale = Scalar(cells.cells) / (2 * Scalar(cells.half_extent));
  std::int64_t at = 0;
  for (int axis = 2; axis >= 0; --axis) {
    const Scalar place = (point[axis] + Scalar(cells.half_extent)) * scale;
    if (!(place >= 0 && place <= Scalar(cells.cells))) return false;
    const int cell = int(place);
    at = at * cells.cells + (cell < cells.cells ? cell : cells.cells - 1);
  }
  return cells.occupied[at] != 0;
}

}  // namespace portrait::ray_math
