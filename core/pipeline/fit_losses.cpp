// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/fit_losses.h"

#include <cmath>
#include <limits>

namespace portrait {

std::string FitLosses::non_finite() const {
  for (auto it = terms.rbegin(); it != terms.rend(); ++it) {
    if (!std::isfinite(it->second)) return it->first;  // "total" last: it is never the culprit
  }
  return {};
}

void FitLosses::add(const std::string& name, double value) {
  for (auto& [known, sum] : terms) {
    if (known == name) {
      sum += value;
      return;
    }
  }
  terms.emplace_back(name, value);
}

void FitLosses::add_total() {
  double total = 0;
  for (const auto& [name, value] : terms) total += value;
  terms.insert(terms.begin(), {"total", total});
}

FitLosses FitLosses::only(const std::string& name) const {
  for (const auto& term : terms) {
    if (term.first == name) return {{term}};
  }
  return {{{name, std::numeric_limits<double>::quiet_NaN()}}};
}

}  // namespace portrait
