// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/baked_volume.h"
#include "ui/viewport/gl_objects.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace portrait {

// A baked volume on its way to and on the graphics card. Two textures take turns: one is shown
// while the other receives at most kBytesPerStep of changed bricks at a time, so a frame is never
// late for an upload and never shows half a head.
class VolumeTexture {
 public:
  static constexpr std::size_t kBytesPerStep = 4u << 20;
  static constexpr int kCell = 8;  // voxels along the edge of an occupancy cell

  // Takes the volume if it is newer, and uploads one step's worth. True: more remains to be done.
  bool upload(Gl* gl, const std::shared_ptr<const BakedVolume>& volume, std::uint64_t version);

  bool ready() const { return shown_ >= 0; }
  std::uint64_t version() const { return ready() ? sides_[shown_].version : 0; }
  GLuint texels() const { return sides_[shown_].texels.id(); }
  GLuint occupancy() const { return sides_[shown_].occupancy.id(); }
  const BakedVolume& geometry() const { return *sides_[shown_].volume; }

 private:
  struct Side {
    std::shared_ptr<const BakedVolume> volume;  // keeps its texels alive while uploading
    std::uint64_t version = 0;
    GlTexture texels;
    GlTexture occupancy;
    Eigen::Vector3i samples = Eigen::Vector3i::Zero();
    std::vector<std::uint64_t> hashes;  // of what each brick of the texture holds; 0 = zeros
    std::vector<std::uint8_t> cells;    // 255 = matter
  };
  void allocate(Gl* gl, Side& side, const Eigen::Vector3i& samples);
  void put_brick(Gl* gl, Side& side, std::size_t brick);
  void put_occupancy(Gl* gl, Side& side);

  Side sides_[2];
  int shown_ = -1;
  int loading_ = -1;
  std::size_t next_brick_ = 0;
};

}  // namespace portrait
