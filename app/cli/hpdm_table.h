// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace portrait::cli {

// A view's truth: its picture and matte, and where its neighbour shows it, one channel.
struct HpdmScene {
  const Image& truth;
  const Image& matte;
  Image known;
};

// Rows of painted views against their truth, by subject.
class HpdmTable {
 public:
  void add_subject() { subjects_.emplace_back(); }
  // One view of the last subject.
  void add(const std::string& row, const HpdmScene& scene, const Image& picture);

  // Means over subjects of the means over views.
  nlohmann::ordered_json rows() const;
  // What stage 3 needs of rows "denoised_T" and "rough_T" against "render", means over all T.
  nlohmann::ordered_json gate(const std::vector<std::string>& steps) const;
  // "denoised" against "muted_implicit", over all T.
  nlohmann::ordered_json beats(const std::vector<std::string>& steps) const;

 private:
  struct Sum {
    double sum = 0;
    int count = 0;
  };
  using Row = std::map<std::string, Sum>;  // by metric

  // Per subject: the mean over rows.
  std::vector<double> values(const std::vector<std::string>& rows, const std::string& metric) const;
  double mean(const std::vector<std::string>& rows, const std::string& metric) const;

  std::vector<std::map<std::string, Row>> subjects_;
};

}  // namespace portrait::cli
