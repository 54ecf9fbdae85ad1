// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/loss_history.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace portrait {

void LossHistory::clear() {
  series_.reset();
  stage_ = 0;
  stride_ = 1;
}

void LossHistory::begin_stage(int stage) {
  stage_ = stage;
  stride_ = 1;
}

void LossHistory::add(int step, double seconds, const std::string& name, double value, bool score) {
  auto found = std::find_if(series_->begin(), series_->end(), [&](const LossSeries& s) {
    return s.stage == stage_ && s.name == name;
  });
  if (found == series_->end()) {
    LossSeries made;
    made.name = name;
    made.stage = stage_;
    made.score = score;
    series_->push_back(std::move(made));
    found = series_->end() - 1;
  }
  found->steps.push_back(step);
  found->seconds.push_back(float(seconds));
  found->values.push_back(float(value));
}

void LossHistory::record(int step, double seconds,
                         const std::vector<std::pair<std::string, double>>& losses) {
  if (step % stride_ != 0) return;
  series_ = series_ ? std::make_shared<std::vector<LossSeries>>(*series_)
                    : std::make_shared<std::vector<LossSeries>>();
  for (const auto& [name, value] : losses) add(step, seconds, name, value, false);
  thin();
}

void LossHistory::record_score(int step, double seconds, const std::string& name, double score) {
  if (step % stride_ != 0) return;
  series_ = series_ ? std::make_shared<std::vector<LossSeries>>(*series_)
                    : std::make_shared<std::vector<LossSeries>>();
  add(step, seconds, name, score, true);
}

void LossHistory::thin() {
  const bool full = std::any_of(series_->begin(), series_->end(), [&](const LossSeries& s) {
    return s.stage == stage_ && s.steps.size() >= kPoints;
  });
  if (!full) return;
  stride_ *= 2;
  for (LossSeries& series : *series_) {
    if (series.stage != stage_) continue;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < series.steps.size(); ++i) {
      if (series.steps[i] % stride_ != 0) continue;
      series.steps[kept] = series.steps[i];
      series.seconds[kept] = series.seconds[i];
      series.values[kept++] = series.values[i];
    }
    series.steps.resize(kept);
    series.seconds.resize(kept);
    series.values.resize(kept);
  }
}

nlohmann::json LossHistory::to_json() const {
  nlohmann::json list = nlohmann::json::array();
  if (series_) {
    for (const LossSeries& s : *series_) {
      list.push_back({{"name", s.name},
                      {"stage", s.stage},
                      {"score", s.score},
                      {"steps", s.steps},
                      {"seconds", s.seconds},
                      {"values", s.values}});
    }
  }
  return {{"stage", stage_}, {"stride", stride_}, {"series", list}};
}

LossHistory LossHistory::from_json(const nlohmann::json& json) {
  LossHistory history;
  try {
    history.stage_ = json.at("stage").get<int>();
    history.stride_ = json.at("stride").get<int>();
    auto series = std::make_shared<std::vector<LossSeries>>();
    for (const nlohmann::json& item : json.at("series")) {
      LossSeries s;
      s.name = item.at("name").get<std::string>();
      s.stage = item.at("stage").get<int>();
      s.score = item.at("score").get<bool>();
      s.steps = item.at("steps").get<std::vector<int>>();
      s.seconds = item.at("seconds").get<std::vector<float>>();
      s.values = item.at("values").get<std::vector<float>>();
      check(s.steps.size() == s.values.size() && s.seconds.size() == s.values.size(),
            ErrorCode::kCorrupt, "The losses \"{}\" of the project do not fit together", s.name);
      series->push_back(std::move(s));
    }
    check(history.stride_ >= 1, ErrorCode::kCorrupt, "The losses of the project skip {} steps",
          history.stride_);
    if (!series->empty()) history.series_ = std::move(series);
  } catch (const nlohmann::json::exception& e) {
    fail(ErrorCode::kCorrupt, "The losses of the project are damaged: {}", e.what());
  }
  return history;
}

}  // namespace portrait
