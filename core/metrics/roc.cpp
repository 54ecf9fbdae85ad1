// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/roc.h"

#include "core/base/error.h"

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  check(
      !values.empty(), ErrorCode::kBadUsage,
      "Pairs of one kind are missing; both same and different ones are needed to tell them apart");
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

}  // namespace

double area_under_roc(std::span<const double> same, std::span<const double> different) {
  const std::vector<double> others = sorted(different);
  check(!same.empty(), ErrorCode::kBadUsage, "There are no pairs of the same kind to tell apart");
  double won = 0;
  for (const double s : same) {
    const auto below = std::lower_bound(others.begin(), others.end(), s);
    const auto upto = std::upper_bound(below, others.end(), s);
    won += double(below - others.begin()) + 0.5 * double(upto - below);
  }
  return won / (double(same.size()) * double(others.size()));
}

double equal_error_rate(std::span<const double> same, std::span<const double> different) {
  const std::vector<double> accept = sorted(same);
  const std::vector<double> reject = sorted(different);
  std::vector<double> thresholds = accept;
  thresholds.insert(thresholds.end(), reject.begin(), reject.end());
  std::sort(thresholds.begin(), thresholds.end());
  // A pair above the threshold is accepted. Rising, it refuses more of `same` and accepts less of
  // `different`; at the greatest number all are refused.
  double last_refused = 0, last_accepted = 1;
  for (const double threshold : thresholds) {
    const double refused =
        double(std::upper_bound(accept.begin(), accept.end(), threshold) - accept.begin()) /
        double(accept.size());
    const double accepted =
        double(reject.end() - std::upper_bound(reject.begin(), reject.end(), threshold)) /
        double(reject.size());
    if (refused >= accepted) {
      const double gap = last_accepted - last_refused;
      const double t = gap / (gap + refused - accepted);
      return last_refused + t * (refused - last_refused);
    }
    last_refused = refused;
    last_accepted = accepted;
  }
  return 1;
}

}  // namespace portrait
