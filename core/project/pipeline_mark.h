// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"
#include "core/pipeline/pipeline.h"
#include "core/project/formation_recorder.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace portrait {

// A pipeline as it stood between two steps. Photo and first head, which never change, are shared
// with it.
class PipelineMark : public RestartPoint {
 public:
  static std::shared_ptr<const PipelineMark> of(const Pipeline& pipeline);
  // tensors and state: as Pipeline::save_to() writes them.
  PipelineMark(TensorMap tensors, nlohmann::json state);

  bool is_small() const override;
  // Sources and settings are the caller's to give. Throws kCorrupt.
  Pipeline restored() const;

  const TensorMap& tensors() const { return tensors_; }
  const nlohmann::json& state() const { return state_; }
  // What every mark of a head shares with it.
  static bool is_shared(const std::string& tensor);

 private:
  TensorMap tensors_;
  nlohmann::json state_;
};

}  // namespace portrait
