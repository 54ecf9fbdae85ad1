// SPDX-License-Identifier: Apache-2.0
#include "app/cli/subject_table.h"

#include "core/base/error.h"
#include "core/metrics/paired_comparison.h"

namespace portrait::cli {

using Json = nlohmann::ordered_json;

void SubjectTable::add(const std::string& row, const std::string& metric, double value) {
  check(!subjects_.empty(), ErrorCode::kInternal, "A row was added before a subject");
  Sum& sum = subjects_.back()[row][metric];
  sum.sum += value;
  ++sum.count;
}

std::vector<double> SubjectTable::values(const std::vector<std::string>& rows,
                                         const std::string& metric) const {
  std::vector<double> values;
  for (const auto& subject : subjects_) {
    double sum = 0;
    int count = 0;
    for (const std::string& name : rows) {
      const auto row = subject.find(name);
      if (row == subject.end()) continue;
      const auto found = row->second.find(metric);
      if (found == row->second.end()) continue;
      sum += found->second.sum / found->second.count;
      ++count;
    }
    if (count > 0) values.push_back(sum / count);
  }
  return values;
}

double SubjectTable::mean(const std::vector<std::string>& rows, const std::string& metric) const {
  const std::vector<double> all = values(rows, metric);
  double sum = 0;
  for (const double value : all) sum += value;
  return all.empty() ? 0 : sum / double(all.size());
}

Json SubjectTable::rows() const {
  Json list = Json::array();
  if (subjects_.empty()) return list;
  for (const auto& [name, row] : subjects_.front()) {
    Json entry = {{"name", name}};
    for (const std::string& metric : metrics_) {
      if (row.count(metric) != 0) entry[metric] = mean({name}, metric);
    }
    list.push_back(entry);
  }
  return list;
}

Json SubjectTable::comparison(const std::string& row, const std::vector<std::string>& rows,
                              const std::string& other, const std::vector<std::string>& others,
                              const std::string& metric) const {
  if (subjects_.size() < 2) return nullptr;
  const PairedComparison c = compare_paired(values(rows, metric), values(others, metric));
  return {{"row", row},
          {"other", other},
          {"metric", metric},
          {"mean_difference", c.mean_difference},
          {"standard_error", c.standard_error},
          {"agreeing", c.agreeing},
          {"subjects", c.subjects},
          {"beats", c.beats}};
}

}  // namespace portrait::cli
