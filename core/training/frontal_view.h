// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace portrait {

// What pictures from the front alone tell of a subject of the cache
// (core/training/subject_cache.h). A prior that is trained on this and nothing else has no back of
// the head of its own, as one trained on photos of faces has none.
//
// The subject's cached surface points, which come from views all round, are drawn as a point cloud
// into orthographic depth maps from yaws of -45, -22.5, 0, 22.5 and 45 degrees, each at elevations
// of -20, 0 and 30, with cells of a 64th of the cube's edge (6 mm of a head). From these maps, and
// from nothing else:
//   - a surface point is seen if in some map nothing in its cell and the eight round it lies more
//     than 0.05 world units before it (the neighbours count because the cloud has gaps);
//   - a point of space is empty if in some map it lies 0.01 or more before all that its cell and
//     the eight round it show, or if those nine show nothing (outside of the silhouette);
//   - else it is matter if in some map it lies behind its cell's surface by at most 0.04, the
//     thinnest shell that the field's samples find, and that surface is no gap (as above);
//   - else nothing is known of it.
class FrontalView {
 public:
  static constexpr double kLargestYawDeg = 45;

  enum class Space : std::uint8_t { kUnknown, kEmpty, kMatter };

  // surface_points: I16 [M, 3] of the cache, on the CPU.
  explicit FrontalView(const Tensor& surface_points);

  bool sees(const Eigen::Vector3f& surface_point) const;  // world units
  Space tells(const Eigen::Vector3f& point) const;        // world units

  // Yaw of a camera_tensor's ([16], CPU) place round the head's axis: 0 = front, -180 .. 180.
  static double yaw_deg(const Tensor& camera);
  static bool is_frontal(const Tensor& camera);

 private:
  struct Map {
    Eigen::Matrix3f axes;        // rows: right, up, towards the viewer
    std::vector<float> nearest;  // of each cell, along the third axis
  };
  static std::size_t cell(const Eigen::Vector3f& place);  // of a place along a map's axes

  std::vector<Map> maps_;
};

}  // namespace portrait
