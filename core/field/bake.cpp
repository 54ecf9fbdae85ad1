// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/bake.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/field/evaluator.h"
#include "core/field/query.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace portrait {
namespace {

constexpr int kBrick = BakedVolume::kBrick;
constexpr int kPointChunk = 32768;
// Below this alpha (of 255) a sample's colour is that of the matter round it.
constexpr int kFaint = 8;
// An earlier box stays while matter fills this much of its height.
constexpr float kKeepBox = 0.8F;

using Box = Eigen::AlignedBox3f;

int round_up(int samples) { return (samples + kBrick - 1) / kBrick * kBrick; }

// Box, samples and voxel of the volume round the matter.
BakedVolume lay_out(const Box& matter, const BakeOptions& options) {
  BakedVolume volume;
  if (options.previous_box && options.previous_box->contains(matter) &&
      matter.sizes().y() >= kKeepBox * options.previous_box->sizes().y()) {
    volume.box = *options.previous_box;
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

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F);
}

// Evaluates samples in occupied cells, chunk by chunk, into the texels they belong to.
class SampleQueue {
 public:
  SampleQueue(const Field& field, float voxel, std::vector<std::uint8_t>& texels)
      : evaluator_(field), voxel_(voxel), texels_(texels) {
    points_.reserve(3 * kPointChunk);
    places_.reserve(kPointChunk);
  }

  void add(const Eigen::Vector3f& point, std::size_t place) {
    points_.insert(points_.end(), {point.x(), point.y(), point.z()});
    places_.push_back(place);
    if (places_.size() == kPointChunk) flush();
  }

  void flush() {
    if (places_.empty()) return;
    const FieldEvaluator::Values found = evaluator_.values(
        at::from_blob(points_.data(), {std::int64_t(places_.size()), 3}, at::kFloat)
            .to(evaluator_.field().device()));
    const Tensor alpha = (density_of_raw(found.raw) * -voxel_).exp().neg() + 1;
    const Tensor both =
        at::cat({found.colours.narrow(1, 0, 3), alpha.unsqueeze(1)}, 1).to(at::kCPU).contiguous();
    const float* values = both.data_ptr<float>();
    for (std::size_t i = 0; i < places_.size(); ++i) {
      for (int c = 0; c < 4; ++c) texels_[4 * places_[i] + c] = to_byte(values[4 * i + c]);
    }
    points_.clear();
    places_.clear();
  }

 private:
  FieldEvaluator evaluator_;
  float voxel_;
  std::vector<std::uint8_t>& texels_;
  std::vector<float> points_;
  std::vector<std::size_t> places_;  // texel numbers
};

void evaluate_bricks(const Field& field, const OccupancyGrid& grid, const BakedVolume& volume,
                     const std::vector<Eigen::Vector3i>& bricks,
                     std::vector<std::uint8_t>& texels) {
  texels.assign(bricks.size() * BakedVolume::kBrickBytes, 0);
  SampleQueue queue(field, volume.voxel, texels);
  const float half = float(grid.half_extent);
  const float scale = float(grid.cells) / (2 * half);
  for (std::size_t b = 0; b < bricks.size(); ++b) {
    std::size_t place = b * BakedVolume::kBrickSamples;
    for (int z = 0; z < kBrick; ++z) {
      for (int y = 0; y < kBrick; ++y) {
        for (int x = 0; x < kBrick; ++x, ++place) {
          const Eigen::Vector3f point =
              volume.box.min() +
              ((bricks[b] * kBrick + Eigen::Vector3i(x, y, z)).cast<float>() +
               Eigen::Vector3f::Constant(0.5F)) * volume.voxel;
          const Eigen::Vector3f cell = (point + Eigen::Vector3f::Constant(half)) * scale;
          if (cell.minCoeff() < 0 || cell.maxCoeff() >= float(grid.cells)) continue;
          if (grid.at(int(cell.x()), int(cell.y()), int(cell.z()))) queue.add(point, place);
        }
      }
    }
  }
  queue.flush();
}

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

// Gives faint samples the colour of the matter round them, weighted by alpha. Returns whether the
// brick holds matter or touches it.
bool settle_colours(const PaddedBrick& brick, std::uint8_t* out) {
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

}  // namespace

BakedVolume bake(const Field& field, const BakeOptions& options) {
  check(options.samples_over_height >= kBrick && options.samples_over_height <= 1024,
        ErrorCode::kBadUsage, "{} samples over the head's height; {} to 1024 are possible",
        options.samples_over_height, kBrick);
  const at::NoGradGuard no_gradient;
  const OccupancyGrid built = options.occupancy ? OccupancyGrid() : build_occupancy(field);
  const OccupancyGrid& grid = options.occupancy ? *options.occupancy : built;
  const Box matter = occupied_box(grid);
  if (matter.isEmpty()) return {};

  BakedVolume volume = lay_out(matter, options);
  const std::vector<Eigen::Vector3i> candidates = candidate_bricks(volume, grid);
  const Eigen::Vector3i counts = volume.brick_counts();
  const auto slot = [&](const Eigen::Vector3i& brick) -> std::int32_t& {
    return volume.bricks[(std::size_t(brick.z()) * counts.y() + brick.y()) * counts.x() +
                         brick.x()];
  };
  volume.bricks.assign(std::size_t(counts.prod()), -1);
  for (std::size_t b = 0; b < candidates.size(); ++b) slot(candidates[b]) = std::int32_t(b);

  std::vector<std::uint8_t> raw;
  evaluate_bricks(field, grid, volume, candidates, raw);
  volume.texels.resize(raw.size());
  std::vector<std::uint8_t> wanted(candidates.size(), 0);
  parallel_for(std::int64_t(candidates.size()), 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      wanted[b] = settle_colours(PaddedBrick(volume, raw, candidates[b]),
                                 volume.texels.data() + b * BakedVolume::kBrickBytes);
    }
  });

  // Close the gaps that empty bricks leave.
  std::int32_t kept = 0;
  for (std::size_t b = 0; b < candidates.size(); ++b) {
    slot(candidates[b]) = wanted[b] ? kept : -1;
    if (!wanted[b]) continue;
    std::uint8_t* to = volume.texels.data() + std::size_t(kept) * BakedVolume::kBrickBytes;
    if (std::size_t(kept) != b) {
      std::memcpy(to, volume.texels.data() + b * BakedVolume::kBrickBytes,
                  BakedVolume::kBrickBytes);
    }
    volume.hashes.push_back(hash_texels(to));
    ++kept;
  }
  volume.texels.resize(std::size_t(kept) * BakedVolume::kBrickBytes);
  return volume;
}

}  // namespace portrait
