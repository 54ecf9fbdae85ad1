// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/project/pipeline_mark.h"

#include "core/nn/torch_safetensors.h"
#include "core/pipeline/pipeline.h"

#include <utility>

namespace portrait {

bool PipelineMark::is_shared(const std::string& tensor) {
  // An artist's picture is named by what it holds.
  return tensor.rfind("photo.", 0) == 0 || tensor.rfind("first.", 0) == 0 ||
         tensor.rfind("artist.", 0) == 0;
}

std::shared_ptr<const PipelineMark> PipelineMark::of(const Pipeline& pipeline) {
  TensorMap tensors;
  nlohmann::json state;
  pipeline.save_to(tensors, state);
  for (auto& [name, tensor] : tensors) {
    // What is optimised is written to in place; what a view of stage 3 holds is replaced.
    const bool lasts = is_shared(name) || name.rfind("detail.view.", 0) == 0;
    if (!lasts) tensor = tensor.clone();
  }
  return std::make_shared<const PipelineMark>(std::move(tensors), std::move(state));
}

PipelineMark::PipelineMark(Tensors tensors, nlohmann::json state)
    : tensors_(std::make_unique<const Tensors>(std::move(tensors))), state_(std::move(state)) {}

PipelineMark::~PipelineMark() = default;

bool PipelineMark::is_small() const {
  return !state_.contains("running");
}

Pipeline PipelineMark::restored() const {
  TensorMap own;
  for (const auto& [name, tensor] : *tensors_) {
    own[name] = is_shared(name) ? tensor : tensor.clone();
  }
  return Pipeline::load(own, state_);
}

}  // namespace portrait
