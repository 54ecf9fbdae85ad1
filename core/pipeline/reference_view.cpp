// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/reference_view.h"

#include "core/pipeline/reference_loss.h"
#include "core/pipeline/relief_loss.h"

namespace portrait {

GradientList reference_gradient(const ViewGraph& graph, const PhotoTarget& photo, double weight,
                                FitLosses& losses, const HeldRelief& relief) {
  const at::AutoGradMode with_graph(true);
  const auto leaf = [](const Tensor& t) { return t.detach().clone().set_requires_grad(true); };
  ReferenceWindow window;
  window.low = leaf(graph.low());
  window.opacity = leaf(graph.opacity());
  window.photo_low = photo.rgb_low;
  window.matte_low = photo.matte_low;
  const bool sharpened = graph.rgb().size(2) != graph.low().size(2);
  if (sharpened) {
    window.picture = leaf(graph.rgb());
    window.photo = photo.rgb;
    window.matte = photo.matte[0];
  }
  LossTerms terms = reference_terms(window);
  Tensor depth;
  if (relief.weight > 0) {
    depth = leaf(graph.depth());
    const Tensor solid = solid_in_both(graph.opacity(), relief.opacity);
    terms.emplace_back("relief", relief_loss(depth, relief.depth, solid) * relief.weight);
  }
  Tensor total;
  for (const auto& [name, value] : terms) {
    const Tensor weighted = value * weight;
    losses.add(name, weighted.item<double>());
    total = total.defined() ? total + weighted : weighted;
  }
  total.backward();
  return graph.pull({sharpened ? window.picture.grad() : Tensor(), window.low.grad(),
                     window.opacity.grad(), depth.defined() ? depth.grad() : Tensor()});
}

}  // namespace portrait
