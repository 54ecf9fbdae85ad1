// SPDX-License-Identifier: Apache-2.0
#include "core/photo/photo_coach.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/resample.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kSmallHeadPx = 300;
constexpr double kTurnedDeg = 40;
constexpr double kTiltedDeg = 30;
constexpr double kBlurred = 0.012;
constexpr double kLowConfidence = 0.5;
constexpr int kSharpnessWidth = 160;

void add(std::vector<Finding>& findings, const char* code, FindingSeverity severity,
         std::string message) {
  findings.push_back({code, severity, std::move(message)});
}

// Which border of the photo cuts the skull or the face; empty when none does.
std::string cutting_border(const HeadPose& pose) {
  const Eigen::Vector3d rim[] = {{0, 0.39, 0.0}, {-0.19, 0.15, 0.0}, {0.19, 0.15, 0.0},
                                 {0, 0.15, -0.23}, mean_landmarks()[8]};
  double left = 1, right = 0, top = 1, bottom = 0;
  for (const Eigen::Vector3d& point : rim) {
    const Projection p = project(pose.camera, point);
    left = std::min(left, p.u);
    right = std::max(right, p.u);
    top = std::min(top, p.v);
    bottom = std::max(bottom, p.v);
  }
  if (top < 0) return "top";
  if (left < 0) return "left";
  if (right > 1) return "right";
  if (bottom > 1) return "bottom";
  return {};
}

}  // namespace

double head_height_px(const HeadPose& pose, int photo_width, int photo_height) {
  // A vertical extent of 0.55 units (22 cm) at the head's distance, whatever the pitch.
  const double depth = project(pose.camera, Eigen::Vector3d(0, 0.11, 0)).depth;
  const double focal = 0.5 * (pose.camera.focal_x * photo_width + pose.camera.focal_y * photo_height);
  return 0.55 * focal / std::max(depth, 1e-6);
}

double face_sharpness(const Image& photo, const Points2& points) {
  Eigen::Vector2d low = points[0];
  Eigen::Vector2d high = points[0];
  for (const auto& p : points) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  const double side = std::max((high - low).maxCoeff(), 4.0);
  const Eigen::Vector2d corner = (low + high) / 2 - Eigen::Vector2d::Constant(side / 2);
  const double scale = side / kSharpnessWidth;
  Affine2 map;
  map << scale, 0, corner.x(), 0, scale, corner.y();
  const Image face = luma(warp_affine(photo, map, kSharpnessWidth, kSharpnessWidth));
  double mean = 0;
  double square = 0;
  double laplacian = 0;
  int count = 0;
  for (int y = 16; y < face.height - 16; ++y) {
    for (int x = 16; x < face.width - 16; ++x) {
      const double v = *face.at(x, y);
      const double l = *face.at(x - 1, y) + *face.at(x + 1, y) + *face.at(x, y - 1) +
                       *face.at(x, y + 1) - 4 * v;
      mean += v;
      square += v * v;
      laplacian += l * l;
      ++count;
    }
  }
  mean /= count;
  const double variance = square / count - mean * mean;
  return laplacian / count / std::max(variance, 1e-4);
}

std::vector<Finding> coach(const CoachInput& input) {
  check(input.photo && input.points && input.pose, ErrorCode::kInternal,
        "coach needs a photo, points and a pose");
  std::vector<Finding> findings;
  const double height = head_height_px(*input.pose, input.photo->width, input.photo->height);
  if (height < kSmallHeadPx) {
    add(findings, "small_head", FindingSeverity::kWarning,
        fmt::format("The head is {:.0f} px high (advised: {:.0f} or more): skin, hair and eyes will "
                    "be soft. Use a closer or larger photo", height, kSmallHeadPx));
  }
  const double sharpness = face_sharpness(*input.photo, *input.points);
  if (sharpness < kBlurred) {
    add(findings, "blurred", FindingSeverity::kWarning,
        "The face is blurred: the head will take its softness over. Use a photo that is in focus");
  }
  if (std::abs(input.pose->yaw_deg) > kTurnedDeg) {
    add(findings, "turned", FindingSeverity::kWarning,
        fmt::format("The head is turned by {:.0f} degrees (advised: at most {:.0f}): the far half "
                    "of the face will be guessed. Use a photo taken more from the front",
                    std::abs(input.pose->yaw_deg), kTurnedDeg));
  } else if (std::abs(input.pose->pitch_deg) > kTiltedDeg) {
    add(findings, "turned", FindingSeverity::kWarning,
        fmt::format("The head is seen {:.0f} degrees from {}: proportions will be less certain. Use "
                    "a photo taken at eye level", std::abs(input.pose->pitch_deg),
                    input.pose->pitch_deg > 0 ? "above" : "below"));
  }
  if (const std::string border = cutting_border(*input.pose); !border.empty()) {
    add(findings, "cut_off", FindingSeverity::kWarning,
        fmt::format("The photo's {} border cuts the head off: what lies beyond will be invented. "
                    "Use a photo with some room round the head", border));
  }
  if (input.face_count > 1 && !input.face_chosen) {
    add(findings, "several_faces", FindingSeverity::kWarning,
        fmt::format("There are {} faces; the largest was taken. Choose another by its number, 0 to "
                    "{} from left to right", input.face_count, input.face_count - 1));
  }
  if (input.confidence < kLowConfidence) {
    add(findings, "uncertain_landmarks", FindingSeverity::kWarning,
        "Eyes, nose and mouth were found with little certainty: the head may come out turned or "
        "stretched. Use a photo with even light and nothing in front of the face");
  }
  return findings;
}

}  // namespace portrait
