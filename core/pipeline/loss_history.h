// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/pipeline/stage_info.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

// The losses of a run over all of its stages, kept short. Readers share what they were given: it is
// copied when it grows.
class LossHistory {
 public:
  static constexpr std::size_t kPoints = 512;  // of a stage; then every second one goes

  void clear();
  void begin_stage(int stage);
  // seconds: computing time of the head so far.
  void record(int step, double seconds, const std::vector<std::pair<std::string, double>>& losses);
  // A figure in [-1, 1] that is none of the losses.
  void record_score(int step, double seconds, const std::string& name, double score);
  // Null before anything was recorded.
  std::shared_ptr<const std::vector<LossSeries>> series() const { return series_; }

  nlohmann::json to_json() const;
  // Throws kCorrupt naming what is malformed.
  static LossHistory from_json(const nlohmann::json& json);

 private:
  void add(int step, double seconds, const std::string& name, double value, bool score);
  void thin();

  std::shared_ptr<std::vector<LossSeries>> series_;
  int stage_ = 0;
  int stride_ = 1;
};

}  // namespace portrait
