// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>

#include <cstdint>
#include <vector>

namespace portrait {

// The radiance volume that the viewport ray-marches: RGBA8 samples over the head's bounding box in
// sparse bricks. Plain data. To draw it, fill a dense 3-D texture of `samples` texels (zeros where
// there is no brick) brick by brick and filter linearly: bricks carry no border, and every brick
// that touches matter stands, so that nothing is cut where a brick is absent.
struct BakedVolume {
  static constexpr int kBrick = 16;
  static constexpr int kBrickSamples = kBrick * kBrick * kBrick;
  static constexpr int kBrickBytes = 4 * kBrickSamples;

  // World box of the whole texture: sample (i, j, k) is the centre of its voxel, at
  // box.min() + (i + 0.5, j + 0.5, k + 0.5) * voxel, hence texture coordinate
  // (p - box.min()) / box.sizes(). Voxels are cubes.
  Eigen::AlignedBox3f box;
  Eigen::Vector3i samples = Eigen::Vector3i::Zero();  // multiples of kBrick
  float voxel = 0;                                    // side, world units

  // Brick (x, y, z) -> its number in `texels` and `hashes`, -1 = empty; x fastest.
  std::vector<std::int32_t> bricks;
  // kBrickBytes per brick, x fastest: R, G, B (colour as rendered, not premultiplied) and
  // A = 1 - exp(-density * voxel). Colours of empty samples next to matter are those of the matter.
  std::vector<std::uint8_t> texels;
  // Of each brick's texels: a brick whose hash is that of the same brick of an earlier volume with
  // the same box and samples need not be uploaded again.
  std::vector<std::uint64_t> hashes;

  bool empty() const { return texels.empty(); }
  Eigen::Vector3i brick_counts() const { return samples / kBrick; }
  std::int32_t brick_at(int x, int y, int z) const {
    const Eigen::Vector3i n = brick_counts();
    return bricks[(std::size_t(z) * n.y() + y) * n.x() + x];
  }
  const std::uint8_t* brick_texels(std::int32_t brick) const {
    return texels.data() + std::size_t(brick) * kBrickBytes;
  }
  // The four bytes of sample (x, y, z), or nullptr where there is no brick.
  const std::uint8_t* sample(int x, int y, int z) const {
    const std::int32_t brick = brick_at(x / kBrick, y / kBrick, z / kBrick);
    if (brick < 0) return nullptr;
    const std::size_t inside =
        (std::size_t(z % kBrick) * kBrick + y % kBrick) * kBrick + x % kBrick;
    return brick_texels(brick) + 4 * inside;
  }
};

}  // namespace portrait
