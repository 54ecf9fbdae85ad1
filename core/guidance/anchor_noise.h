// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"
#include "core/nn/torch.h"
#include "core/reprojection/driving_view.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace portrait {

// (12): sqrt(1 - sigma^2) anchor + sigma fresh, which is N(0, I) again when both are. sigma in
// [0, 1]: 0 keeps the anchor, 1 forgets it. Same shapes. Throws kBadUsage on another sigma.
Tensor resample_noise(const Tensor& anchor, const Tensor& fresh, double sigma);

struct NoiseShape {
  std::int64_t channels = 16;
  std::int64_t height = 64;  // of the latents
  std::int64_t width = 64;
};

// Anchor noises of a rig's views by the chain (13), in driving order: a view's noise is its
// driver's, reprojected at the latents' resolution; voids and background are fresh N(0, 1) of a key
// that names the view, so that they stay when the geometry moves. Views driven by the photo start
// fresh. `surface(v)`: the geometry of view v of the rig, at any resolution, asked once for each
// view that drives another. -> [C, h, w] per view. Throws kInternal when a driver does not precede
// the view that it drives, and what make_splat() throws.
std::vector<Tensor> chain_anchor_noise(const std::vector<RigView>& rig, const NoiseShape& shape,
                                       const std::function<DrivingView(std::size_t)>& surface,
                                       std::uint64_t seed);

// The same of one view, from its driver's anchor: for a viewpoint that was changed.
// driver [C, h', w'] of `driving`, which is resampled to that size.
Tensor carry_anchor_noise(const Tensor& driver, const DrivingView& driving, const Camera& target,
                          const NoiseShape& shape, std::uint64_t seed, std::size_t view);

}  // namespace portrait
