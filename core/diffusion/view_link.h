// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"
#include "core/nn/torch.h"
#include "core/reprojection/driving_view.h"
#include "core/reprojection/splat.h"

#include <map>
#include <vector>

namespace portrait {

// The reprojection of features, R_P of (10), from a driving view into a target at every resolution
// at which a control branch has features: the depth is resampled to each layer's. Found once per
// pair of views; depends on neither the noise nor the timestep.
class ViewLink {
 public:
  // Latents of height x width, multiples of sizes.reduction(), show each view.
  // Throws what make_splat() throws.
  ViewLink(const DrivingView& driving, const Camera& target, int height, int width,
           const UNetSizes& sizes, const SplatOptions& options = {});

  // feature [C, height / reduction, width / reduction] of the driving view -> the same shape, as
  // the target sees it, 0 where it is void. Differentiable.
  // Throws kInternal when there is no such reduction or the shape does not fit.
  Tensor carry(const Tensor& feature, int reduction) const;
  // [1, height / reduction, width / reduction]: 1 where the target is known.
  Tensor known(int reduction) const;
  // The splat at a reduction, for link_entries().
  const SplatMap& map(int reduction) const { return level(reduction).map; }
  std::vector<int> reductions() const;

 private:
  struct Level {
    SplatMap map;
    Tensor known;
  };
  const Level& level(int reduction) const;

  std::map<int, Level> levels_;  // by the reduction of the latents' sides
};

// B links at one reduction as matrices: where launching work costs more than doing it, one product
// carries the features of all of them.
struct LinkMatrices {
  Tensor carried;  // [B, h w, h w]
  Tensor known;    // [B, 1, h, w]

  // [B, C, h, w] -> the same, what ViewLink::carry() makes of each.
  Tensor carry(const Tensor& features) const;
};

// Those matrices' few entries, on the CPU.
struct LinkEntries {
  Tensor places;   // [E] int64, in the flattened matrices
  Tensor weights;  // [E]
  Tensor known;    // [B, 1, h, w]

  LinkMatrices on(at::Device device) const;
};

// By reduction, of links of one size.
std::map<int, LinkEntries> link_entries(const std::vector<ViewLink>& links);

}  // namespace portrait
