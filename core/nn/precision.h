// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <cstdint>
#include <string_view>

namespace portrait {

// How a network that is only asked, never trained, holds its weights and multiplies.
struct Precision {
  at::ScalarType weights = at::kFloat;
  at::ScalarType arithmetic = at::kFloat;  // of what goes from layer to layer; sums are in float

  bool operator==(const Precision&) const = default;
};

// Whether this processor's kernels multiply bfloat16 (AVX-512 BF16 or AMX); others would be slower
// with it than with float.
bool multiplies_bfloat16();

// bfloat16 weights: half the memory. Arithmetic in bfloat16 where the processor has it, else in
// float by weights that are widened on their way.
Precision half_precision();

// What the user asks for. kAuto: single precision for networks of up to 200 million numbers, among
// them all of the pack that ships; half above, where single's gigabytes are what decides whether a
// machine can do it at all.
enum class PrecisionChoice { kAuto, kSingle, kHalf };
// Of "auto", "single", "half". Throws kInternal for other names.
PrecisionChoice precision_choice(std::string_view name);

Precision precision_for(std::int64_t numbers, PrecisionChoice choice = PrecisionChoice::kAuto);

struct PackNetwork;
std::int64_t number_count(const PackNetwork& network);  // in all of its tensors
Precision precision_of(const PackNetwork& network, PrecisionChoice choice);

}  // namespace portrait
