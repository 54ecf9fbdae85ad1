// SPDX-License-Identifier: Apache-2.0
#include "core/field/brick_colours.h"

#include <array>
#include <cstring>
#include <utility>

namespace portrait {
namespace {

constexpr int kBrick = BakedVolume::kBrick;
// Below this alpha (of 255) a sample's colour is that of the matter round it.
constexpr int kFaint = 8;

// A brick with the samples round it.
class PaddedBrick {
 public:
  static constexpr int kSide = kBrick + 2;

  PaddedBrick(const BakedVolume& volume, const std::vector<std::uint8_t>& texels,
              const Eigen::Vector3i& brick)
      : samples_(std::size_t(kSide) * kSide * kSide) {
    const Eigen::Vector3i counts = volume.brick_counts();
    for (int dz = -1; dz <= 1; ++dz) {
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          const Eigen::Vector3i other = brick + Eigen::Vector3i(dx, dy, dz);
          if (other.minCoeff() < 0 || (other.array() >= counts.array()).any()) continue;
          const std::int32_t number = volume.brick_at(other.x(), other.y(), other.z());
          if (number >= 0) copy(texels, number, {dx, dy, dz});
        }
      }
    }
  }

  const std::array<std::uint8_t, 4>& at(int x, int y, int z) const {
    return samples_[(std::size_t(z + 1) * kSide + y + 1) * kSide + x + 1];
  }

 private:
  // Sample range of the brick at offset d that lies inside the padded one, in its own samples.
  static std::pair<int, int> range(int d) {
    return d < 0 ? std::pair{kBrick - 1, kBrick} : d > 0 ? std::pair{0, 1} : std::pair{0, kBrick};
  }

  void copy(const std::vector<std::uint8_t>& texels, std::int32_t number,
            const std::array<int, 3>& d) {
    const auto [x0, x1] = range(d[0]);
    const auto [y0, y1] = range(d[1]);
    const auto [z0, z1] = range(d[2]);
    const std::uint8_t* from = texels.data() + std::size_t(number) * BakedVolume::kBrickBytes;
    for (int z = z0; z < z1; ++z) {
      for (int y = y0; y < y1; ++y) {
        const int row = (z * kBrick + y) * kBrick;
        auto* to = &samples_[(std::size_t(z + d[2] * kBrick + 1) * kSide + y + d[1] * kBrick + 1) *
                                 kSide + x0 + d[0] * kBrick + 1];
        std::memcpy(to->data(), from + 4 * (row + x0), std::size_t(4) * (x1 - x0));
      }
    }
  }

  std::vector<std::array<std::uint8_t, 4>> samples_;
};

}  // namespace

bool settle_colours(const BakedVolume& volume, const std::vector<std::uint8_t>& texels,
                    const Eigen::Vector3i& place, std::uint8_t* out) {
  const PaddedBrick brick(volume, texels, place);
  bool wanted = false;
  for (int z = 0; z < kBrick; ++z) {
    for (int y = 0; y < kBrick; ++y) {
      for (int x = 0; x < kBrick; ++x, out += 4) {
        const std::array<std::uint8_t, 4>& here = brick.at(x, y, z);
        std::memcpy(out, here.data(), 4);
        if (here[3] >= kFaint) {
          wanted = true;
          continue;
        }
        int weight = 0;
        std::array<int, 3> sum{};
        for (int dz = -1; dz <= 1; ++dz) {
          for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) {
              const auto& near = brick.at(x + dx, y + dy, z + dz);
              weight += near[3];
              for (int c = 0; c < 3; ++c) sum[c] += near[3] * near[c];
            }
          }
        }
        wanted = wanted || weight > 0;
        for (int c = 0; c < 3; ++c) {
          out[c] = static_cast<std::uint8_t>(weight > 0 ? (sum[c] + weight / 2) / weight : 0);
        }
      }
    }
  }
  return wanted;
}

}  // namespace portrait
