// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/project/formation_recorder.h"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>

namespace at {
class Tensor;
}

namespace portrait {

class Pipeline;

// A pipeline as it stood between two steps. Photo, first head and artist's pictures, which never
// change, are shared with it.
class PipelineMark : public RestartPoint {
 public:
  using Tensors = std::map<std::string, at::Tensor>;

  static std::shared_ptr<const PipelineMark> of(const Pipeline& pipeline);
  // tensors and state: as Pipeline::save_to() writes them.
  PipelineMark(Tensors tensors, nlohmann::json state);
  ~PipelineMark() override;

  bool is_small() const override;
  // Sources and settings are the caller's to give. Throws kCorrupt.
  Pipeline restored() const;

  const Tensors& tensors() const { return *tensors_; }
  const nlohmann::json& state() const { return state_; }
  // What every mark of a head shares with it.
  static bool is_shared(const std::string& tensor);

 private:
  std::unique_ptr<const Tensors> tensors_;
  nlohmann::json state_;
};

}  // namespace portrait
