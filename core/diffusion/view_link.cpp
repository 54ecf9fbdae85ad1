// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/view_link.h"

#include "core/base/error.h"
#include "core/reprojection/carry.h"
#include "core/reprojection/carry_matrix.h"

namespace portrait {

ViewLink::ViewLink(const DrivingView& driving, const Camera& target, int height, int width,
                   const UNetSizes& sizes, const SplatOptions& options) {
  check(height % sizes.reduction() == 0 && width % sizes.reduction() == 0, ErrorCode::kInternal,
        "Latents of {} x {} are linked by a network that needs multiples of {}", width, height,
        sizes.reduction());
  for (int halvings = 0; halvings < sizes.levels(); ++halvings) {
    const int reduction = 1 << halvings;
    const DrivingView view =
        resample_view(driving, width / reduction, height / reduction, options.min_opacity);
    const SplatMap map = make_splat(view, target, width / reduction, height / reduction, options);
    levels_.emplace(reduction, Level{map, map.known()});
  }
}

const ViewLink::Level& ViewLink::level(int reduction) const {
  const auto found = levels_.find(reduction);
  check(found != levels_.end(), ErrorCode::kInternal,
        "Two views are not linked at 1/{} of their latents' size", reduction);
  return found->second;
}

Tensor ViewLink::carry(const Tensor& feature, int reduction) const {
  return carry_image(level(reduction).map, feature);
}

Tensor ViewLink::known(int reduction) const { return level(reduction).known; }

std::vector<int> ViewLink::reductions() const {
  std::vector<int> all;
  for (const auto& [reduction, level] : levels_) all.push_back(reduction);
  return all;
}

Tensor LinkMatrices::carry(const Tensor& features) const {
  // Channels last: rows of the product are pixels.
  const Tensor pixels = features.permute({0, 2, 3, 1}).flatten(1, 2);
  return at::bmm(carried, pixels)
      .view({features.size(0), features.size(2), features.size(3), features.size(1)})
      .permute({0, 3, 1, 2});
}

LinkMatrices LinkEntries::on(at::Device device) const {
  const std::int64_t cells = known.size(2) * known.size(3);
  const Tensor values = weights.to(device);
  const Tensor flat = at::zeros({known.size(0) * cells * cells}, values.options());
  flat.scatter_(0, places.to(device), values);
  return {flat.view({known.size(0), cells, cells}), known.to(device)};
}

std::map<int, LinkEntries> link_entries(const std::vector<ViewLink>& links) {
  std::map<int, LinkEntries> made;
  if (links.empty()) return made;
  for (const int reduction : links.front().reductions()) {
    std::vector<Tensor> places, weights, known;
    for (std::size_t b = 0; b < links.size(); ++b) {
      const CarryEntries entries = carry_entries(links[b].map(reduction));
      known.push_back(links[b].known(reduction));
      const std::int64_t cells = known.back().numel();
      places.push_back((std::int64_t(b) * cells + entries.rows) * cells + entries.columns);
      weights.push_back(entries.weights);
    }
    made[reduction] = {at::cat(places), at::cat(weights), at::stack(known)};
  }
  return made;
}

}  // namespace portrait
