// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/brick_sampler.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace portrait {
namespace {

constexpr int kBrick = BakedVolume::kBrick;
static_assert(kBrick == kBlockSide);
constexpr int kProbeStep = 4;
constexpr int kProbeSide = kBrick / kProbeStep;
// Colours of samples with less alpha (of 255) are not seen.
constexpr int kSeen = 8;

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F);
}

}  // namespace

void BrickSampler::sample(const Eigen::Vector3i& brick, const Eigen::Vector3i& first, int step,
                          int side, std::uint8_t* texels) const {
  std::array<std::array<float, kBrick>, 3> line;
  std::array<std::array<int, kBrick>, 3> cell;
  PointBlock block;
  const float scale = float(grid_.cells / (2 * grid_.half_extent));
  for (int axis = 0; axis < 3; ++axis) {
    for (int i = 0; i < side; ++i) {
      const int number = brick[axis] * kBrick + first[axis] + i * step;
      const float p = volume_.box.min()[axis] + (float(number) + 0.5F) * volume_.voxel;
      const float place = (p + float(grid_.half_extent)) * scale;
      line[std::size_t(axis)][std::size_t(i)] = p;
      cell[std::size_t(axis)][std::size_t(i)] =
          place >= 0 && place < float(grid_.cells) ? int(place) : -1;
    }
    block.at[axis] = line[std::size_t(axis)].data();
    block.size[axis] = side;
  }
  std::array<std::uint8_t, BakedVolume::kBrickSamples> wanted;
  const auto count = static_cast<std::size_t>(block.count());
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) {
    const int x = cell[0][i % std::size_t(side)];
    const int y = cell[1][i / std::size_t(side) % std::size_t(side)];
    const int z = cell[2][i / std::size_t(side * side)];
    wanted[i] = x >= 0 && y >= 0 && z >= 0 && grid_.at(x, y, z);
    any = any || wanted[i] != 0;
  }
  if (!any) return;
  std::array<float, BakedVolume::kBrickSamples> alpha;
  std::array<float, std::size_t(3) * BakedVolume::kBrickSamples> rgb;
  std::fill_n(alpha.begin(), count, 0.0F);
  std::fill_n(rgb.begin(), 3 * count, 0.0F);
  evaluator_.block(block, wanted.data(), alpha.data(), rgb.data());
  alphas_of_raw(alpha.data(), block.count(), volume_.voxel, alpha.data());
  for (std::size_t i = 0; i < count; ++i) {
    if (!wanted[i]) continue;
    for (std::size_t c = 0; c < 3; ++c) texels[4 * i + c] = to_byte(rgb[3 * i + c]);
    texels[4 * i + 3] = to_byte(alpha[i]);
  }
}

void BrickSampler::evaluate(const Eigen::Vector3i& brick, std::uint8_t* texels) const {
  sample(brick, Eigen::Vector3i::Zero(), 1, kBrick, texels);
}

int BrickSampler::difference(const Eigen::Vector3i& brick, const std::uint8_t* before,
                             int turn) const {
  // 27 and 64 have no common divisor: neighbours in time are not neighbours in space.
  const int place = turn * 27 % (kProbeStep * kProbeStep * kProbeStep);
  const Eigen::Vector3i first(place % kProbeStep, place / kProbeStep % kProbeStep,
                              place / kProbeStep / kProbeStep);
  std::array<std::uint8_t, std::size_t(4) * kProbeSide * kProbeSide * kProbeSide> now{};
  sample(brick, first, kProbeStep, kProbeSide, now.data());
  int largest = 0;
  const std::uint8_t* here = now.data();
  for (int z = 0; z < kProbeSide; ++z) {
    for (int y = 0; y < kProbeSide; ++y) {
      for (int x = 0; x < kProbeSide; ++x, here += 4) {
        const int number = ((first.z() + z * kProbeStep) * kBrick + first.y() + y * kProbeStep) *
                               kBrick + first.x() + x * kProbeStep;
        const std::uint8_t* there = before + std::size_t(4) * number;
        const bool seen = std::max(here[3], there[3]) >= kSeen;
        for (int c = seen ? 0 : 3; c < 4; ++c) {
          largest = std::max(largest, std::abs(int(here[c]) - int(there[c])));
        }
      }
    }
  }
  return largest;
}

}  // namespace portrait
