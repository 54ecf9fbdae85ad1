// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/paired_comparison.h"

#include "core/base/error.h"

#include <cmath>

namespace portrait {

PairedComparison compare_paired(const std::vector<double>& row, const std::vector<double>& other,
                                bool higher_is_better) {
  check(row.size() == other.size(), ErrorCode::kBadUsage,
        "The rows have {} and {} subjects; only rows over the same subjects can be compared",
        row.size(), other.size());
  check(row.size() >= 2, ErrorCode::kBadUsage, "A comparison needs at least two subjects, found {}",
        row.size());
  PairedComparison result;
  result.subjects = int(row.size());
  const double sign = higher_is_better ? 1.0 : -1.0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double difference = sign * (row[i] - other[i]);
    result.mean_difference += difference;
    result.agreeing += difference > 0;
  }
  result.mean_difference /= result.subjects;
  double squares = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    squares += std::pow(sign * (row[i] - other[i]) - result.mean_difference, 2);
  }
  result.standard_error = std::sqrt(squares / (result.subjects - 1) / result.subjects);
  // "At least 7 of 10", in whole numbers so that 0.7 * 10 cannot round past 7.
  result.beats = result.mean_difference > 2 * result.standard_error &&
                 10 * result.agreeing >= 7 * result.subjects;
  return result;
}

}  // namespace portrait
