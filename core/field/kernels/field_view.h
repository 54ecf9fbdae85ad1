// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_device.h"
#include "core/field/field_frame.h"
#include "core/field/kernels/aligned.h"

#include <cstdint>

namespace portrait {

// A field as the kernels see it: plain pointers, float, 32 channels and 64 hidden units. On the
// CPU all of them point to main memory, for the CUDA twins to the device's.

inline constexpr int kHiddenUnits = 64;

// Planes with the channels of a texel side by side: packed [3,D,H,W,32], H and W at least 2.
struct PlaneLayout {
  int depth = 1;
  int height = 0;
  int width = 0;
  FieldFrame frame;

  PORTRAIT_HOST_DEVICE std::int64_t plane_floats() const {
    return std::int64_t(depth) * height * width * kFieldChannels;
  }
};

struct DecoderView {
  const float* w0 = nullptr;         // [32][64]
  const float* b0 = nullptr;         // [64]
  const float* w_density = nullptr;  // [64]
  const float* b_density = nullptr;  // [1]
  const float* w_colour = nullptr;   // [64][32]
  const float* b_colour = nullptr;   // [32]
  float colour_low = 0;              // of the sigmoid's range
  float colour_high = 1;
};

struct FieldView {
  PlaneLayout layout;
  const float* planes = nullptr;
  DecoderView decoder;
};

// The decoder's parameters on the CPU, transposed so that neighbouring outputs lie side by side.
struct DecoderWeights {
  AlignedFloats w0;         // [32][64]
  AlignedFloats b0;         // [64]
  AlignedFloats w_density;  // [64]
  float b_density = 0;
  AlignedFloats w_colour;  // [64][32]
  AlignedFloats b_colour;  // [32]
  float colour_low = 0;
  float colour_high = 1;

  DecoderView view() const {
    return {w0.data(),       b0.data(),       w_density.data(), &b_density,
            w_colour.data(), b_colour.data(), colour_low,       colour_high};
  }
};

// Which cells of the box hold matter (OccupancyGrid of occupancy.h).
struct CellView {
  int cells = 0;  // per side; 0: not known, all may
  float half_extent = 0;
  const std::uint8_t* occupied = nullptr;  // x fastest, then y, then z; 0 or 1
};

}  // namespace portrait
