// SPDX-License-Identifier: Apache-2.0
#include "core/photo/person_shape.h"

#include "core/image/cv_bridge.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

// Convex solids of an average person, world units; `grow` scales the radii.
struct Ellipsoid {
  Eigen::Vector3d centre;
  Eigen::Vector3d radii;
};
const Ellipsoid kSkull = {{0, 0.13, 0.01}, {0.19, 0.265, 0.25}};
const Ellipsoid kFace = {{0, 0.04, 0.14}, {0.13, 0.20, 0.12}};
const Ellipsoid kNeck = {{0, -0.24, 0.02}, {0.11, 0.20, 0.11}};
const Ellipsoid kNeckBase = {{0, -0.46, 0}, {0.25, 0.14, 0.10}};
const Ellipsoid kChest = {{0, -0.62, -0.02}, {0.55, 0.26, 0.24}};

void draw_solid(const Ellipsoid& solid, double grow, const Camera& camera, float value,
                cv::Mat& mask) {
  std::vector<cv::Point2f> points;
  for (int i = 1; i < 16; ++i) {
    for (int j = 0; j < 24; ++j) {
      const double a = CV_PI * i / 16;
      const double b = 2 * CV_PI * j / 24;
      const Eigen::Vector3d unit(std::sin(a) * std::cos(b), std::cos(a), std::sin(a) * std::sin(b));
      const Projection p =
          project(camera, solid.centre + grow * solid.radii.cwiseProduct(unit));
      if (p.depth > 0.05) {
        points.emplace_back(float(p.u * mask.cols), float(p.v * mask.rows));
      }
    }
  }
  if (points.size() < 3) return;
  std::vector<cv::Point2f> hull;
  cv::convexHull(points, hull);
  std::vector<cv::Point> rounded;
  for (const auto& p : hull) {
    rounded.emplace_back(int(std::lround(std::clamp(p.x, -4e3F, 4e3F))),
                         int(std::lround(std::clamp(p.y, -4e3F, 4e3F))));
  }
  cv::fillConvexPoly(mask, rounded, cv::Scalar(value));
}

}  // namespace

Image person_shape(const Camera& camera, int size) {
  Image shape(size, size, 1, kNeverPerson);
  cv::Mat mask = mat_view(shape);
  draw_solid(kSkull, 1.8, camera, kMaybePerson, mask);
  draw_solid(kChest, 1.6, camera, kMaybePerson, mask);
  draw_solid(kSkull, 1.22, camera, kLikelyPerson, mask);
  draw_solid(kChest, 1.25, camera, kLikelyPerson, mask);
  draw_solid(kNeck, 1.0, camera, kLikelyPerson, mask);
  draw_solid(kSkull, 0.9, camera, kSurelyPerson, mask);
  draw_solid(kFace, 0.85, camera, kSurelyPerson, mask);
  draw_solid(kNeck, 0.7, camera, kSurelyPerson, mask);
  // Whatever is worn, it is there at the picture's foot.
  draw_solid(kNeckBase, 1.0, camera, kSurelyPerson, mask);
  draw_solid(kChest, 0.8, camera, kSurelyPerson, mask);
  return shape;
}

}  // namespace portrait
