// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/plane_kernels.h"

#include <cstdint>
#include "core/field/kernels/aligned.h"

namespace portrait {

// The decoder's parameters, transposed so that neighbouring outputs lie side by side.
struct DecoderWeights {
  AlignedFloats w0;         // [32][64]
  AlignedFloats b0;         // [64]
  AlignedFloats w_density;  // [64]
  float b_density = 0;
  AlignedFloats w_colour;   // [64][32]
  AlignedFloats b_colour;   // [32]
  float colour_low = 0;
  float colour_high = 1;
};

// Look-up and decoder in one pass, without gradients, on one thread: packed planes [3,D,H,W,32],
// points [N,3] -> raw density [N]; and colours [N,32] unless null. The same values as Decoder up
// to about 1e-6.
void evaluate_field(const PlaneLayout& layout, const float* packed, const DecoderWeights& weights,
                    const float* points, std::int64_t count, float* raw, float* colours);

}  // namespace portrait
