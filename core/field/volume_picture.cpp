// SPDX-License-Identifier: Apache-2.0
#include "core/field/volume_picture.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace portrait {
namespace {

constexpr float kStep = 0.5F;  // voxels
constexpr float kNearlyOpaque = 0.995F;
constexpr float kLeast = 0.002F;  // opacity that is not looked at

using Eigen::Vector3f;
using Eigen::Vector4f;

// Opacity of a step of half a voxel by that of a voxel's length, for all 256 values of a texel.
std::array<float, 256> step_opacities() {
  std::array<float, 256> table{};
  for (int i = 0; i < 256; ++i) {
    table[std::size_t(i)] = 1 - std::pow(1 - std::min(float(i) / 255, 0.9999F), kStep);
  }
  return table;
}

// A volume that is looked up between its samples.
class Sampler {
 public:
  explicit Sampler(const BakedVolume& volume) : volume_(volume) {}

  // A brick that holds something is at or next to this place, in voxels.
  bool may_hold(const Vector3f& at) const {
    const Eigen::Vector3i low = lowest(at) / BakedVolume::kBrick;
    const Eigen::Vector3i high =
        (lowest(at) + Eigen::Vector3i::Ones()).cwiseMin(last()) / BakedVolume::kBrick;
    for (int z = low.z(); z <= high.z(); ++z) {
      for (int y = low.y(); y <= high.y(); ++y) {
        for (int x = low.x(); x <= high.x(); ++x) {
          if (volume_.brick_at(x, y, z) >= 0) return true;
        }
      }
    }
    return false;
  }

  // R, G, B, A in 0..255 at a place in voxels; what lies outside is as the edge.
  Vector4f at(const Vector3f& place) const {
    const Eigen::Vector3i low = lowest(place);
    const Vector3f part = (place - Vector3f::Constant(0.5F) - low.cast<float>())
                              .cwiseMax(Vector3f::Zero())
                              .cwiseMin(Vector3f::Ones());
    Vector4f sum = Vector4f::Zero();
    for (int corner = 0; corner < 8; ++corner) {
      const Eigen::Vector3i step(corner & 1, corner >> 1 & 1, corner >> 2 & 1);
      const Eigen::Vector3i sample = (low + step).cwiseMin(last());
      const std::uint8_t* texel = volume_.sample(sample.x(), sample.y(), sample.z());
      if (texel == nullptr) continue;
      float weight = 1;
      for (int axis = 0; axis < 3; ++axis) weight *= step[axis] ? part[axis] : 1 - part[axis];
      sum += weight * Vector4f(texel[0], texel[1], texel[2], texel[3]);
    }
    return sum;
  }

 private:
  Eigen::Vector3i last() const { return volume_.samples - Eigen::Vector3i::Ones(); }
  Eigen::Vector3i lowest(const Vector3f& place) const {
    const Vector3f floored = (place - Vector3f::Constant(0.5F)).array().floor();
    return floored.cast<int>().cwiseMax(0).cwiseMin(last());
  }

  const BakedVolume& volume_;
};

// Where a ray is within the box, in voxels from the box's corner.
struct Stretch {
  Vector3f start;
  Vector3f along;
  float length = 0;  // 0: it misses
};

Stretch within(const BakedVolume& volume, const Ray& ray) {
  float enter = 0;
  float leave = std::numeric_limits<float>::max();
  const Vector3f eye = ray.origin.cast<float>();
  const Vector3f direction = ray.direction.cast<float>().normalized();
  for (int axis = 0; axis < 3; ++axis) {
    const float a = (volume.box.min()[axis] - eye[axis]) / direction[axis];
    const float b = (volume.box.max()[axis] - eye[axis]) / direction[axis];
    enter = std::max(enter, std::min(a, b));
    leave = std::min(leave, std::max(a, b));
  }
  Stretch stretch;
  if (!(enter < leave)) return stretch;
  stretch.start = (eye + direction * enter - volume.box.min()) / volume.voxel;
  stretch.along = direction;
  stretch.length = (leave - enter) / volume.voxel;
  return stretch;
}

// How far a ray goes on within the brick at a place before looking up reaches into another one.
float to_next_brick(const Vector3f& place, const Vector3f& along) {
  float least = std::numeric_limits<float>::max();
  for (int axis = 0; axis < 3; ++axis) {
    const float brick = std::floor(place[axis] / BakedVolume::kBrick);
    const float edge = along[axis] > 0 ? (brick + 1) * BakedVolume::kBrick - 0.5F
                                       : brick * BakedVolume::kBrick + 0.5F;
    if (along[axis] != 0) least = std::min(least, (edge - place[axis]) / along[axis]);
  }
  return std::max(least, 0.0F);
}

Vector4f march(const Sampler& sampler, const Stretch& stretch,
               const std::array<float, 256>& opacities) {
  Vector3f colour = Vector3f::Zero();
  float opacity = 0;
  for (float t = 0; t < stretch.length && opacity < kNearlyOpaque; t += kStep) {
    const Vector3f place = stretch.start + stretch.along * t;
    if (!sampler.may_hold(place)) {
      t += kStep * std::floor(to_next_brick(place, stretch.along) / kStep);
      continue;
    }
    const Vector4f matter = sampler.at(place);
    if (matter[3] < 255 * kLeast) continue;
    const int low = std::min(254, int(matter[3]));
    const float part = matter[3] - float(low);
    const float alpha =
        opacities[std::size_t(low)] * (1 - part) + opacities[std::size_t(low) + 1] * part;
    colour += (1 - opacity) * alpha * matter.head<3>() / 255;
    opacity += (1 - opacity) * alpha;
  }
  if (opacity < kLeast) return Vector4f::Zero();
  Vector4f seen;
  seen << colour / opacity, opacity;
  return seen;
}

}  // namespace

Image volume_picture(const BakedVolume& volume, const Camera& camera, int size) {
  check(size >= 1, ErrorCode::kBadUsage, "A picture of {} pixels", size);
  Image picture(size, size, 4);
  if (volume.empty()) return picture;
  const Sampler sampler(volume);
  const std::array<float, 256> opacities = step_opacities();
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < size; ++x) {
        const Stretch stretch =
            within(volume, camera_ray(camera, (x + 0.5) / size, (y + 0.5) / size));
        if (stretch.length <= 0) continue;
        const Vector4f seen = march(sampler, stretch, opacities);
        std::copy_n(seen.data(), 4, picture.at(x, y));
      }
    }
  });
  return picture;
}

}  // namespace portrait
