// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace portrait {

// One row against another over the same subjects (METHOD, Metrics).
struct PairedComparison {
  int subjects = 0;
  double mean_difference = 0;  // positive = the first row is better
  double standard_error = 0;   // of the mean; sample deviation / sqrt(subjects)
  int agreeing = 0;            // subjects on which the first row is strictly better
  bool beats = false;          // mean difference > 2 standard errors and 7 of 10 subjects agree
};

// Throws kBadUsage when the rows differ in length or have fewer than two subjects.
PairedComparison compare_paired(const std::vector<double>& row, const std::vector<double>& other,
                                bool higher_is_better = true);

}  // namespace portrait
