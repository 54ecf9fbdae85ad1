// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace portrait {

// How well one number tells two kinds of pairs apart. same, different: the likeness of pairs of one
// kind and of the other, more = more alike, in any order. Both throw kBadUsage when one is empty.

// Area under the receiver operating characteristic: the share of (same, different) in which `same`
// is the more alike, equal ones counted half (Hanley and McNeil, 1982). 1 = told apart, 0.5 = not.
double area_under_roc(std::span<const double> same, std::span<const double> different);

// Where a threshold refuses as large a share of `same` as it accepts of `different`: that share,
// linear between the two thresholds round it.
double equal_error_rate(std::span<const double> same, std::span<const double> different);

}  // namespace portrait
