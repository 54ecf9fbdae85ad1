// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace portrait::cli {

// Figures by subject, row and metric; several of the same are averaged.
class SubjectTable {
 public:
  explicit SubjectTable(std::vector<std::string> metrics) : metrics_(std::move(metrics)) {}

  void add_subject() { subjects_.emplace_back(); }
  // Of the last subject. Throws kInternal before the first one.
  void add(const std::string& row, const std::string& metric, double value);

  // Per subject that has it: the mean over `rows`.
  std::vector<double> values(const std::vector<std::string>& rows, const std::string& metric) const;
  // Of these; 0 where nobody has it.
  double mean(const std::vector<std::string>& rows, const std::string& metric) const;
  // [{"name", <metric>...}], means over subjects; the rows of the first subject.
  nlohmann::ordered_json rows() const;
  // Whether `row`, the mean over `rows`, beats `other` (METHOD, Metrics): {"row", "other", "metric",
  // "mean_difference", ...}. Null with fewer than two subjects.
  nlohmann::ordered_json comparison(const std::string& row, const std::vector<std::string>& rows,
                                    const std::string& other,
                                    const std::vector<std::string>& others,
                                    const std::string& metric) const;

 private:
  struct Sum {
    double sum = 0;
    int count = 0;
  };
  std::vector<std::string> metrics_;
  std::vector<std::map<std::string, std::map<std::string, Sum>>> subjects_;
};

}  // namespace portrait::cli
