// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/anchor_noise.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/reprojection/splat.h"
#include "core/reprojection/splat_noise.h"

#include <cmath>
#include <map>

namespace portrait {
namespace {

RandomKey key_of(std::uint64_t seed, std::size_t view) {
  return {seed, random_purpose("anchor noise"), 0, static_cast<std::uint32_t>(view)};
}

}  // namespace

Tensor resample_noise(const Tensor& anchor, const Tensor& fresh, double sigma) {
  check(sigma >= 0 && sigma <= 1, ErrorCode::kBadUsage,
        "Noise is resampled with sigma {}; 0 to 1 is expected", sigma);
  return std::sqrt(1 - sigma * sigma) * anchor + sigma * fresh;
}

Tensor carry_anchor_noise(const Tensor& driver, const DrivingView& driving, const Camera& target,
                          const NoiseShape& shape, std::uint64_t seed, std::size_t view) {
  const DrivingView coarse = resample_view(driving, static_cast<int>(driver.size(2)),
                                           static_cast<int>(driver.size(1)));
  const SplatMap map = make_splat(coarse, target, static_cast<int>(shape.width),
                                  static_cast<int>(shape.height));
  return splat_noise(map, driver, key_of(seed, view));
}

std::vector<Tensor> chain_anchor_noise(const std::vector<RigView>& rig, const NoiseShape& shape,
                                       const std::function<DrivingView(std::size_t)>& surface,
                                       std::uint64_t seed) {
  std::vector<Tensor> anchors;
  std::map<int, DrivingView> surfaces;
  for (std::size_t v = 0; v < rig.size(); ++v) {
    const int driver = rig[v].driver;
    if (driver < 0) {
      anchors.push_back(fresh_noise(key_of(seed, v), shape.channels, shape.height, shape.width));
      continue;
    }
    check(static_cast<std::size_t>(driver) < v, ErrorCode::kInternal,
          "View {} is driven by view {}, which comes later", v, driver);
    auto found = surfaces.find(driver);
    if (found == surfaces.end()) {
      found = surfaces.emplace(driver, surface(static_cast<std::size_t>(driver))).first;
    }
    anchors.push_back(carry_anchor_noise(anchors[static_cast<std::size_t>(driver)], found->second,
                                         rig_camera(rig[v].viewpoint), shape, seed, v));
  }
  return anchors;
}

}  // namespace portrait
