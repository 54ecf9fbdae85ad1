// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// The losses of a step of a stage.
struct FitLosses {
  std::vector<std::pair<std::string, double>> terms;  // weighted, "total" first
  // Name of the first term that is not finite; empty when all are.
  std::string non_finite() const;
  // To the term of that name, or a new one.
  void add(const std::string& name, double value);
  // The sum of all, put first as "total".
  void add_total();
  // The one term alone; not a number when there is none of that name.
  FitLosses only(const std::string& name) const;
};

}  // namespace portrait
