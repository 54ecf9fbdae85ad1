// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cmath>
#include <vector>

namespace portrait {

// Azimuth and elevation as the maps below count them, radians: a unit vector.
inline Eigen::Vector3f direction_of(float azimuth, float elevation) {
  return {std::sin(azimuth) * std::cos(elevation), std::sin(elevation),
          std::cos(azimuth) * std::cos(elevation)};
}

// How far the skin reaches in each direction, as a smooth table: what hair and clothes are laid on.
// Centimetres in the head's frame. Rows go by elevation (degrees, round a centre) or by height
// (cm, round a vertical axis); columns by azimuth, 0 = +Z, growing towards +X.
class HeadSurfaceMap {
 public:
  struct Sample {
    float radius;          // from the centre, or from the axis
    Eigen::Vector3f rest;  // rest position of the skin there
  };

  // Round `centre` over all directions.
  static HeadSurfaceMap spherical(const std::vector<Eigen::Vector3f>& points,
                                  const std::vector<Eigen::Vector3f>& rest,
                                  const Eigen::Vector3f& centre);
  // Round the vertical axis through `centre`, for heights low..high.
  static HeadSurfaceMap cylindrical(const std::vector<Eigen::Vector3f>& points,
                                    const std::vector<Eigen::Vector3f>& rest,
                                    const Eigen::Vector3f& centre, float low, float high);

  Sample at(float azimuth_rad, float row) const;
  Sample towards(const Eigen::Vector3f& direction) const;  // spherical maps
  const Eigen::Vector3f& centre() const { return centre_; }

 private:
  void fill(const std::vector<Eigen::Vector3f>& points, const std::vector<Eigen::Vector3f>& rest,
            bool spherical);
  void close_and_smooth();

  Eigen::Vector3f centre_ = Eigen::Vector3f::Zero();
  float low_ = -90;
  float high_ = 90;
  int rows_ = 72;
  int columns_ = 120;
  std::vector<float> radius_;
  std::vector<Eigen::Vector3f> rest_;
};

}  // namespace portrait
