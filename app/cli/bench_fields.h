// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait::cli {

// EG3D's size, random and dense: no ray ends early and no sample is empty.
Field dense_field();

// The head that a pack's prior makes of a plain drawing of a face; of an empty path: of the pack
// that ships. Throws kNotFound.
Field head_field(const std::filesystem::path& pack);

// A field's planes and decoder as leaves of a graph.
struct FieldParameters {
  explicit FieldParameters(const Field& field);
  void require(bool gradients) const;
  std::vector<Tensor> take_gradients() const;  // and leave none
  std::vector<Tensor> tensors;
};

}  // namespace portrait::cli
