// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/opening_head.h"

#include "core/pipeline/photo_target.h"
#include "core/pipeline/view_render.h"

namespace portrait {

OpeningHead::OpeningHead(const Field& head, int coarse, int fine)
    : head_(head.clone()), occupancy_(build_occupancy(head_)), coarse_(coarse), fine_(fine) {
  head_.detail = Tensor();
}

OpeningHead::Look OpeningHead::look(const Camera& camera, int width) const {
  ViewRenderOptions options;
  options.width = width;
  options.coarse = coarse_;
  options.fine = fine_;
  options.background = kTrainedBackground;
  options.occupancy = &occupancy_;
  options.want_normals = false;
  const ViewRender view = render_view(head_, camera, options);
  return {view.rgb.clamp(0, 1), view.opacity, view.depth};
}

void OpeningHead::save_to(TensorMap& tensors, const std::string& prefix) const {
  for (const auto& [name, tensor] : head_.parameters()) tensors[prefix + name] = tensor;
}

void OpeningHead::load_from(const TensorMap& tensors, const std::string& prefix) {
  TensorMap own;
  for (const auto& [name, tensor] : tensors) {
    if (name.rfind(prefix, 0) == 0) own[name.substr(prefix.size())] = tensor;
  }
  if (own.empty()) return;
  head_ = Field::load(own, head_.frame).to(head_.device());
  occupancy_ = build_occupancy(head_);
}

}  // namespace portrait
