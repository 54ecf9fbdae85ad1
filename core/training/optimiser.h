// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/adam.h"
#include "core/nn/muon.h"

#include <optional>
#include <vector>

namespace portrait {

// What moves the parameters of a training run: Adam alone, or Muon for the weights of layers and
// Adam for the rest. The interface is that of either.
class Optimiser {
 public:
  Optimiser(std::vector<Adam::Group> groups, const AdamOptions& options, bool muon);

  void zero_grad();
  void step(double scale);
  double gradient_norm() const;
  void scale_gradients(double factor);
  void save_to(TensorMap& tensors) const;
  // A run of Adam's can be gone on with by Muon, not the other way round. Throws kCorrupt.
  void load_from(const TensorMap& tensors);

 private:
  std::optional<Muon> muon_;
  Adam adam_;
};

}  // namespace portrait
