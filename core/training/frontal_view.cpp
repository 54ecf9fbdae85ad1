// SPDX-License-Identifier: Apache-2.0
#include "core/training/frontal_view.h"

#include "core/training/subject_cache.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr float kReach = 0.9F;  // half the width of a map: the cube from anywhere
constexpr int kPerUnit = 64;
constexpr int kCells = 2 * int(kReach * kPerUnit) + 1;
constexpr int kStride = kCells + 2;  // a border of empty cells: all have eight neighbours
constexpr float kNothing = -1e9F;
constexpr float kRise = 0.05F;    // of one surface from a cell to the next; more is a gap of points
constexpr float kBefore = 0.01F;  // a point counts as clear of the surface from here on
constexpr float kShell = 0.04F;
constexpr double kRadians = std::numbers::pi / 180;

// Of a cell and the eight round it.
float nearest_round(const float* here) {
  float nearest = kNothing;
  for (int row = -1; row <= 1; ++row) {
    for (int column = -1; column <= 1; ++column)
      nearest = std::max(nearest, here[row * kStride + column]);
  }
  return nearest;
}

}  // namespace

FrontalView::FrontalView(const Tensor& surface_points) {
  const std::int64_t count = surface_points.size(0);
  const auto* points = surface_points.data_ptr<std::int16_t>();
  for (int column = -2; column <= 2; ++column) {
    for (const double elevation_deg : {-20.0, 0.0, 30.0}) {
      const double yaw = column * kLargestYawDeg / 2 * kRadians;
      const double elevation = elevation_deg * kRadians;
      const Eigen::Vector3d towards(std::sin(yaw) * std::cos(elevation), std::sin(elevation),
                                    std::cos(yaw) * std::cos(elevation));
      const Eigen::Vector3d right(std::cos(yaw), 0, -std::sin(yaw));
      Map map;
      map.axes.row(0) = right.cast<float>();
      map.axes.row(1) = towards.cross(right).cast<float>();
      map.axes.row(2) = towards.cast<float>();
      map.nearest.assign(std::size_t(kStride) * kStride, kNothing);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int16_t* p = points + 3 * i;
        const Eigen::Vector3f place =
            map.axes * (Eigen::Vector3f(p[0], p[1], p[2]) * (1 / kPointScale));
        float& nearest = map.nearest[cell(place)];
        nearest = std::max(nearest, place.z());
      }
      maps_.push_back(std::move(map));
    }
  }
}

std::size_t FrontalView::cell(const Eigen::Vector3f& place) {
  const auto index = [](float coordinate) {
    return std::clamp(int((coordinate + kReach) * kPerUnit), 0, kCells - 1) + 1;
  };
  return std::size_t(index(place.y())) * kStride + std::size_t(index(place.x()));
}

bool FrontalView::sees(const Eigen::Vector3f& surface_point) const {
  return std::any_of(maps_.begin(), maps_.end(), [&](const Map& map) {
    const Eigen::Vector3f place = map.axes * surface_point;
    return nearest_round(&map.nearest[cell(place)]) <= place.z() + kRise;
  });
}

FrontalView::Space FrontalView::tells(const Eigen::Vector3f& point) const {
  Space told = Space::kUnknown;
  for (const Map& map : maps_) {
    const Eigen::Vector3f place = map.axes * point;
    const float* here = &map.nearest[cell(place)];
    const float nearest = nearest_round(here);
    if (place.z() > nearest + kBefore) return Space::kEmpty;
    const bool whole = nearest <= *here + kRise;
    if (whole && place.z() <= *here && place.z() >= *here - kShell) told = Space::kMatter;
  }
  return told;
}

double FrontalView::yaw_deg(const Tensor& camera) {
  const Tensor pose = camera.slice(0, 0, 12).view({3, 4});
  const Tensor position =
      -at::matmul(pose.slice(1, 0, 3).transpose(0, 1), pose.slice(1, 3, 4)).view({3});
  return std::atan2(position[0].item<double>(), position[2].item<double>()) / kRadians;
}

bool FrontalView::is_frontal(const Tensor& camera) {
  return std::abs(yaw_deg(camera)) <= kLargestYawDeg;
}

}  // namespace portrait
