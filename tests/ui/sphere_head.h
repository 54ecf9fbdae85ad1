// SPDX-License-Identifier: Apache-2.0
// A ball whose eight octants have different colours, as a baked volume: what a viewport must show
// of it is known from every side.
#pragma once

#include "core/field/baked_volume.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

namespace portrait {

inline constexpr float kBallRadius = 0.3F;

// Red is on where x > 0, green where y > 0, blue where z > 0.
inline std::shared_ptr<const BakedVolume> make_ball(int samples = 96, float radius = kBallRadius,
                                                    float density = 80.0F) {
  auto volume = std::make_shared<BakedVolume>();
  const float half = 0.4F;
  volume->samples = Eigen::Vector3i::Constant(samples);
  volume->box = Eigen::AlignedBox3f(Eigen::Vector3f::Constant(-half), Eigen::Vector3f::Constant(half));
  volume->voxel = 2 * half / float(samples);
  const Eigen::Vector3i counts = volume->brick_counts();
  const auto alpha = std::uint8_t(std::lround(255 * (1 - std::exp(-density * volume->voxel))));
  std::vector<std::uint8_t> brick(BakedVolume::kBrickBytes);
  for (int bz = 0; bz < counts.z(); ++bz) {
    for (int by = 0; by < counts.y(); ++by) {
      for (int bx = 0; bx < counts.x(); ++bx) {
        bool matter = false;
        std::uint64_t hash = 1469598103934665603u;
        for (int i = 0; i < BakedVolume::kBrickSamples; ++i) {
          const Eigen::Vector3i at = BakedVolume::kBrick * Eigen::Vector3i(bx, by, bz) +
                                     Eigen::Vector3i(i % 16, i / 16 % 16, i / 256);
          const Eigen::Vector3f p =
              volume->box.min() + (at.cast<float>() + Eigen::Vector3f::Constant(0.5F)) * volume->voxel;
          std::uint8_t* texel = brick.data() + 4 * i;
          for (int c = 0; c < 3; ++c) texel[c] = p[c] > 0 ? 255 : 0;
          texel[3] = p.norm() < radius ? alpha : 0;
          matter = matter || texel[3] != 0;
          for (int c = 0; c < 4; ++c) hash = (hash ^ texel[c]) * 1099511628211u;
        }
        volume->bricks.push_back(matter ? std::int32_t(volume->hashes.size()) : -1);
        if (!matter) continue;
        volume->hashes.push_back(hash);
        volume->texels.insert(volume->texels.end(), brick.begin(), brick.end());
      }
    }
  }
  return volume;
}

}  // namespace portrait
