// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/volume_texture.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr int kBrick = BakedVolume::kBrick;
constexpr int kCellsPerBrick = kBrick / VolumeTexture::kCell;

void allocate_texture(Gl* gl, GlTexture& texture, GLint format, GLenum layout, int filter,
                      const Eigen::Vector3i& size) {
  texture = make_texture(gl);
  gl->glBindTexture(GL_TEXTURE_3D, texture.id());
  gl->glTexImage3D(GL_TEXTURE_3D, 0, format, size.x(), size.y(), size.z(), 0, layout,
                   GL_UNSIGNED_BYTE, nullptr);
  for (auto key : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER}) {
    gl->glTexParameteri(GL_TEXTURE_3D, key, filter);
  }
  for (auto key : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T, GL_TEXTURE_WRAP_R}) {
    gl->glTexParameteri(GL_TEXTURE_3D, key, GL_CLAMP_TO_EDGE);
  }
}

}  // namespace

void VolumeTexture::allocate(Gl* gl, Side& side, const Eigen::Vector3i& samples) {
  side.samples = samples;
  side.hashes.assign(std::size_t(samples.prod()) / BakedVolume::kBrickSamples, 0);
  side.cells.assign(std::size_t((samples / kCell).eval().prod()), 0);
  allocate_texture(gl, side.texels, GL_RGBA8, GL_RGBA, GL_LINEAR, samples);
  allocate_texture(gl, side.occupancy, GL_R8, GL_RED, GL_NEAREST, samples / kCell);

  // Zeros everywhere, in one clear of all layers and without an upload.
  GlFramebuffer framebuffer = make_framebuffer(gl);
  GLint before = 0;
  gl->glGetIntegerv(GL_FRAMEBUFFER_BINDING, &before);
  gl->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer.id());
  gl->glFramebufferTexture(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, side.texels.id(), 0);
  gl->glClearColor(0, 0, 0, 0);
  gl->glClear(GL_COLOR_BUFFER_BIT);
  gl->glBindFramebuffer(GL_FRAMEBUFFER, GLuint(before));
}

void VolumeTexture::put_brick(Gl* gl, Side& side, std::size_t brick) {
  static const std::vector<std::uint8_t> zeros(BakedVolume::kBrickBytes, 0);
  const Eigen::Vector3i counts = side.samples / kBrick;
  const Eigen::Vector3i at(int(brick) % counts.x(), int(brick) / counts.x() % counts.y(),
                           int(brick) / (counts.x() * counts.y()));
  const std::int32_t stored = side.volume->bricks[brick];
  const std::uint8_t* texels = stored < 0 ? zeros.data() : side.volume->brick_texels(stored);
  gl->glTexSubImage3D(GL_TEXTURE_3D, 0, at.x() * kBrick, at.y() * kBrick, at.z() * kBrick, kBrick,
                      kBrick, kBrick, GL_RGBA, GL_UNSIGNED_BYTE, texels);

  const Eigen::Vector3i cells = side.samples / kCell;
  for (int cell = 0; cell < kCellsPerBrick * kCellsPerBrick * kCellsPerBrick; ++cell) {
    const int cx = cell % kCellsPerBrick;
    const int cy = cell / kCellsPerBrick % kCellsPerBrick;
    const int cz = cell / (kCellsPerBrick * kCellsPerBrick);
    bool matter = false;
    for (int z = cz * kCell; z < (cz + 1) * kCell && !matter; ++z) {
      for (int y = cy * kCell; y < (cy + 1) * kCell && !matter; ++y) {
        const std::uint8_t* row = texels + 4 * ((z * kBrick + y) * kBrick + cx * kCell);
        for (int x = 0; x < kCell; ++x) matter = matter || row[4 * x + 3] != 0;
      }
    }
    const Eigen::Vector3i where = at * kCellsPerBrick + Eigen::Vector3i(cx, cy, cz);
    side.cells[(std::size_t(where.z()) * cells.y() + where.y()) * cells.x() + where.x()] =
        matter ? 255 : 0;
  }
}

void VolumeTexture::put_occupancy(Gl* gl, Side& side) {
  const Eigen::Vector3i cells = side.samples / kCell;
  gl->glBindTexture(GL_TEXTURE_3D, side.occupancy.id());
  gl->glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  gl->glTexSubImage3D(GL_TEXTURE_3D, 0, 0, 0, 0, cells.x(), cells.y(), cells.z(), GL_RED,
                      GL_UNSIGNED_BYTE, side.cells.data());
  gl->glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
}

bool VolumeTexture::upload(Gl* gl, const std::shared_ptr<const BakedVolume>& volume,
                           std::uint64_t version) {
  if (volume == nullptr || volume->empty()) {
    shown_ = loading_ = -1;
    return false;
  }
  if (loading_ < 0) {
    if (ready() && sides_[shown_].version == version) return false;
    // A head that is under way is finished before a newer one is begun: none starves.
    loading_ = shown_ == 0 ? 1 : 0;
    Side& side = sides_[loading_];
    side.volume = volume;
    side.version = version;
    next_brick_ = 0;
    if (!side.texels || side.samples != volume->samples) allocate(gl, side, volume->samples);
  }

  Side& side = sides_[loading_];
  gl->glBindTexture(GL_TEXTURE_3D, side.texels.id());
  std::size_t sent = 0;
  for (; next_brick_ < side.hashes.size() && sent < kBytesPerStep; ++next_brick_) {
    const std::int32_t stored = side.volume->bricks[next_brick_];
    const std::uint64_t hash = stored < 0 ? 0 : side.volume->hashes[std::size_t(stored)];
    if (side.hashes[next_brick_] == hash) continue;
    put_brick(gl, side, next_brick_);
    side.hashes[next_brick_] = hash;
    sent += BakedVolume::kBrickBytes;
  }
  if (next_brick_ < side.hashes.size()) return true;
  put_occupancy(gl, side);
  shown_ = loading_;
  loading_ = -1;
  return side.version != version;
}

}  // namespace portrait
