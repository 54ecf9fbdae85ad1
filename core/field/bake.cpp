// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/bake.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/field/brick_colours.h"
#include "core/field/brick_sampler.h"
#include "core/field/evaluator.h"
#include "core/field/query.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace portrait {
namespace {

constexpr int kBrick = BakedVolume::kBrick;
// An earlier box stays while matter fills this much of its height.
constexpr float kKeepBox = 0.8F;

using Box = Eigen::AlignedBox3f;

int round_up(int samples) { return (samples + kBrick - 1) / kBrick * kBrick; }

// Box, samples and voxel of the volume round the matter.
BakedVolume lay_out(const Box& matter, const BakeOptions& options) {
  BakedVolume volume;
  const Box earlier = options.previous ? options.previous->box : Box();
  if (earlier.contains(matter) && matter.sizes().y() >= kKeepBox * earlier.sizes().y()) {
    volume.box = earlier;
    volume.samples.y() = round_up(options.samples_over_height);
    volume.voxel = volume.box.sizes().y() / float(volume.samples.y());
    for (const int axis : {0, 2}) {
      volume.samples[axis] = round_up(int(std::lround(volume.box.sizes()[axis] / volume.voxel)));
    }
    // Another resolution than that of the earlier bake may not divide its box: cover it.
    const Eigen::Vector3f size = volume.samples.cast<float>() * volume.voxel;
    if ((size - volume.box.sizes()).cwiseAbs().maxCoeff() > 0.01F * volume.voxel) {
      volume.box = Box(volume.box.center() - size / 2, volume.box.center() + size / 2);
    }
    return volume;
  }
  volume.voxel = matter.sizes().y() / float(options.samples_over_height);
  for (int axis = 0; axis < 3; ++axis) {
    // The small slack keeps rounding from adding a brick.
    volume.samples[axis] =
        round_up(int(std::ceil(matter.sizes()[axis] / volume.voxel - 1e-3F)));
  }
  const Eigen::Vector3f size = volume.samples.cast<float>() * volume.voxel;
  volume.box = Box(matter.center() - size / 2, matter.center() + size / 2);
  return volume;
}

// Cells of the occupancy grid along one axis that [low, high] touches.
std::pair<int, int> cell_span(const OccupancyGrid& grid, float low, float high) {
  const double scale = grid.cells / (2 * grid.half_extent);
  return {std::max(0, int(std::floor((low + grid.half_extent) * scale))),
          std::min(grid.cells - 1, int(std::floor((high + grid.half_extent) * scale)))};
}

bool any_occupied(const OccupancyGrid& grid, const Box& box) {
  const auto [x0, x1] = cell_span(grid, box.min().x(), box.max().x());
  const auto [y0, y1] = cell_span(grid, box.min().y(), box.max().y());
  const auto [z0, z1] = cell_span(grid, box.min().z(), box.max().z());
  for (int z = z0; z <= z1; ++z) {
    for (int y = y0; y <= y1; ++y) {
      for (int x = x0; x <= x1; ++x) {
        if (grid.at(x, y, z)) return true;
      }
    }
  }
  return false;
}

// Bricks with matter in them or one sample away.
std::vector<Eigen::Vector3i> candidate_bricks(const BakedVolume& volume,
                                              const OccupancyGrid& grid) {
  std::vector<Eigen::Vector3i> bricks;
  const Eigen::Vector3i counts = volume.brick_counts();
  for (int z = 0; z < counts.z(); ++z) {
    for (int y = 0; y < counts.y(); ++y) {
      for (int x = 0; x < counts.x(); ++x) {
        const Eigen::Vector3f low =
            volume.box.min() +
            (Eigen::Vector3i(x, y, z) * kBrick - Eigen::Vector3i::Ones()).cast<float>() *
                volume.voxel;
        const Eigen::Vector3f size = Eigen::Vector3f::Constant((kBrick + 2) * volume.voxel);
        if (any_occupied(grid, Box(low, low + size))) bricks.emplace_back(x, y, z);
      }
    }
  }
  return bricks;
}

std::uint64_t hash_texels(const std::uint8_t* texels) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (int i = 0; i < BakedVolume::kBrickBytes; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, texels + i, 8);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

bool same_layout(const BakedVolume* earlier, const BakedVolume& volume) {
  return earlier && earlier->samples == volume.samples &&
         (earlier->box.min() - volume.box.min()).cwiseAbs().maxCoeff() < 1e-3F * volume.voxel;
}

}  // namespace

BakedVolume bake(const Field& field, const BakeOptions& options) {
  check(options.samples_over_height >= kBrick && options.samples_over_height <= 1024,
        ErrorCode::kBadUsage, "{} samples over the head's height; {} to 1024 are possible",
        options.samples_over_height, kBrick);
  const at::NoGradGuard no_gradient;
  const FieldEvaluator evaluator(field);
  const OccupancyGrid built = options.occupancy ? OccupancyGrid() : build_occupancy(evaluator);
  const OccupancyGrid& grid = options.occupancy ? *options.occupancy : built;
  const Box matter = occupied_box(grid);
  if (matter.isEmpty()) return {};

  BakedVolume volume = lay_out(matter, options);
  const Eigen::Vector3i counts = volume.brick_counts();
  const auto slot = [&](const Eigen::Vector3i& brick) -> std::int32_t& {
    return volume.bricks[(std::size_t(brick.z()) * counts.y() + brick.y()) * counts.x() +
                         brick.x()];
  };
  const std::vector<Eigen::Vector3i> candidates = candidate_bricks(volume, grid);
  const auto count = std::int64_t(candidates.size());
  volume.bricks.assign(std::size_t(counts.prod()), -1);
  for (std::int64_t b = 0; b < count; ++b) slot(candidates[std::size_t(b)]) = std::int32_t(b);

  const BakedVolume* earlier = same_layout(options.previous, volume) && options.tolerance >= 0
                                   ? options.previous : nullptr;
  const BrickSampler sampler(evaluator, grid, volume);
  std::vector<std::uint8_t> raw(candidates.size() * BakedVolume::kBrickBytes, 0);
  std::vector<std::uint8_t> kept(candidates.size(), 0);  // as the earlier volume has them
  for_blocks(evaluator, count, [&](std::int64_t b) {
    const Eigen::Vector3i& brick = candidates[std::size_t(b)];
    std::uint8_t* texels = raw.data() + b * BakedVolume::kBrickBytes;
    const std::int32_t number = earlier ? earlier->brick_at(brick.x(), brick.y(), brick.z()) : -1;
    if (number >= 0) {
      const std::uint8_t* before = earlier->brick_texels(number);
      if (sampler.difference(brick, before, options.turn) <= options.tolerance) {
        std::memcpy(texels, before, BakedVolume::kBrickBytes);
        kept[std::size_t(b)] = 1;
        return;
      }
    }
    sampler.evaluate(brick, texels);
  });
  volume.texels.resize(raw.size());
  std::vector<std::uint8_t> wanted(kept);
  parallel_for(count, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      std::uint8_t* to = volume.texels.data() + b * BakedVolume::kBrickBytes;
      if (kept[std::size_t(b)]) {
        std::memcpy(to, raw.data() + b * BakedVolume::kBrickBytes, BakedVolume::kBrickBytes);
      } else {
        wanted[std::size_t(b)] = settle_colours(volume, raw, candidates[std::size_t(b)], to);
      }
    }
  });

  // Close the gaps that empty bricks leave.
  std::int32_t filled = 0;
  for (std::size_t b = 0; b < candidates.size(); ++b) {
    slot(candidates[b]) = wanted[b] ? filled : -1;
    if (!wanted[b]) continue;
    std::uint8_t* to = volume.texels.data() + std::size_t(filled) * BakedVolume::kBrickBytes;
    if (std::size_t(filled) != b) {
      std::memcpy(to, volume.texels.data() + b * BakedVolume::kBrickBytes,
                  BakedVolume::kBrickBytes);
    }
    volume.hashes.push_back(hash_texels(to));
    ++filled;
  }
  volume.texels.resize(std::size_t(filled) * BakedVolume::kBrickBytes);
  return volume;
}

}  // namespace portrait
