// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/gradient_checkpoint.h"

#include <ATen/ThreadLocalState.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <memory>
#include <mutex>
#include <utility>

namespace portrait {
namespace {

namespace autograd = torch::autograd;

thread_local bool wanted_here = false;

// Where a block stands in the graph: knows how to compute it again.
struct CheckpointNode : public autograd::Node {
  Block block;
  std::vector<autograd::SavedVariable> inputs;
  at::ThreadLocalState state;  // whatever the forward pass was computed under, autocast for one

  autograd::variable_list apply(autograd::variable_list&& gradients) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<Tensor> again;
    for (const autograd::SavedVariable& input : inputs) {
      const Tensor saved = input.unpack();
      again.push_back(saved.defined() ? saved.detach().requires_grad_(saved.requires_grad())
                                      : Tensor());
    }
    {
      const at::ThreadLocalStateGuard as_then(state);
      const at::AutoGradMode with_gradients(true);
      const GradientCheckpoints plainly(false);
      autograd::backward({block(again)}, {gradients.at(0)});
    }
    autograd::variable_list of_inputs;
    for (const Tensor& input : again) of_inputs.push_back(input.defined() ? input.grad() : Tensor());
    return of_inputs;
  }

  void release_variables() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (autograd::SavedVariable& input : inputs) input.reset_data();
  }
};

}  // namespace

GradientCheckpoints::GradientCheckpoints(bool wanted)
    : before_(std::exchange(wanted_here, wanted)) {}

GradientCheckpoints::~GradientCheckpoints() { wanted_here = before_; }

Tensor at_checkpoint(const Block& block, const std::vector<Tensor>& inputs) {
  if (!wanted_here || !at::GradMode::is_enabled()) return block(inputs);
  const std::shared_ptr<CheckpointNode> node(new CheckpointNode, autograd::deleteNode);
  node->block = block;
  autograd::edge_list edges;
  for (const Tensor& input : inputs) {
    edges.push_back(input.defined() ? autograd::impl::gradient_edge(input) : autograd::Edge());
    node->inputs.emplace_back(input, false);
  }
  node->set_next_edges(std::move(edges));
  Tensor answer;
  {
    const at::NoGradGuard no_grad;
    answer = block(inputs);
  }
  autograd::set_history(answer, node);
  return answer;
}

}  // namespace portrait
