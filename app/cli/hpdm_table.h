// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/subject_table.h"
#include "core/base/image.h"

#include <nlohmann/json.hpp>

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
  HpdmTable();
  void add_subject() { table_.add_subject(); }
  // One view of the last subject.
  void add(const std::string& row, const HpdmScene& scene, const Image& picture);

  // Means over subjects of the means over views.
  nlohmann::ordered_json rows() const { return table_.rows(); }
  // What stage 3 needs of rows "denoised_T" and "rough_T" against "render" and "carried", means over
  // all T.
  nlohmann::ordered_json gate(const std::vector<std::string>& steps) const;
  // "denoised" against "muted_implicit", over all T.
  nlohmann::ordered_json beats(const std::vector<std::string>& steps) const;

 private:
  SubjectTable table_;
};

}  // namespace portrait::cli
