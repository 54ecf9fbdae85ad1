// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/heldout.h"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <vector>

namespace portrait::cli {

struct PriorMetric {
  const char* name;
  bool higher_is_better;
};
// Sharpness is right at 1: it is reported and never compared.
inline constexpr std::array<PriorMetric, 6> kPriorMetrics = {{{"psnr_db", true},
                                                              {"ssim", true},
                                                              {"mask_iou", true},
                                                              {"depth_error", false},
                                                              {"sharpness", true},
                                                              {"detail_correlation", true}}};
using PriorValues = std::array<double, kPriorMetrics.size()>;

PriorValues compare_views(const HeldoutView& head, const HeldoutView& truth);
// Where both see the head: a depth has no meaning elsewhere.
Image seen_in_both(const HeldoutView& head, const HeldoutView& truth);

// Values of one row: per subject and view. Views that the row lacks are never asked for.
class PriorTable {
 public:
  PriorTable(std::string name, int views) : name_(std::move(name)), views_(std::size_t(views)) {}

  void add_subject() { values_.emplace_back(views_); }
  void set(int view, const PriorValues& values) { values_.back()[std::size_t(view)] = values; }

  const std::string& name() const { return name_; }
  // Per subject: the mean over some views.
  std::vector<double> per_subject(const std::vector<int>& views, std::size_t metric) const;
  double mean(const std::vector<int>& views, std::size_t metric) const;
  nlohmann::ordered_json means(const std::vector<int>& views) const;
  // A row for each of the views.
  void add_rows(nlohmann::ordered_json& rows, const HeldoutSet& set,
                const std::vector<int>& views) const;
  // One row: the average over the views, named in "views".
  void add_average(nlohmann::ordered_json& rows, const std::string& label,
                   const std::vector<int>& views) const;

 private:
  std::string name_;
  std::size_t views_;
  std::vector<std::vector<PriorValues>> values_;
};

// One entry a metric: whether the first table beats the other over the views.
void add_beats(nlohmann::ordered_json& list, const PriorTable& row, const PriorTable& other,
               const std::vector<int>& views);

// What is asked of the prior (issue and design): {"row", "other"?, "metric", "value", "at_least" or
// "at_most", "reached"}. With `other`, value is by how much the row is better than it. Of the mean
// head it is asked that it be bad enough: else the set is too dull.
nlohmann::ordered_json prior_targets(const PriorTable& prior, const PriorTable& mean_head,
                                     const PriorTable& nearest_head, const std::vector<int>& views,
                                     int front);

}  // namespace portrait::cli
