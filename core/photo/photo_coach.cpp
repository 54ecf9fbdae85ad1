// SPDX-License-Identifier: Apache-2.0
#include "core/photo/photo_coach.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/resample.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

constexpr double kSmallHeadPx = 300;
constexpr double kTurnedDeg = 40;
constexpr double kTiltedDeg = 30;
constexpr double kBlurred = 0.012;
constexpr double kLowConfidence = 0.5;
constexpr int kSharpnessWidth = 160;

std::string whole(double value) {
  return fmt::format("{:.0f}", value);
}

// What to say of the border that cuts the skull or the face; null when none does.
const char* cutting_border(const HeadPose& pose) {
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
  if (top < 0) return finding_text::kCutTop;
  if (left < 0) return finding_text::kCutLeft;
  if (right > 1) return finding_text::kCutRight;
  if (bottom > 1) return finding_text::kCutBottom;
  return nullptr;
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
  namespace text = finding_text;
  std::vector<Finding> findings;
  const auto warn = [&](const char* code, const char* pattern,
                        std::vector<std::string> arguments = {}) {
    findings.push_back(
        make_finding(code, FindingSeverity::kWarning, pattern, std::move(arguments)));
  };
  const double height = head_height_px(*input.pose, input.photo->width, input.photo->height);
  if (height < kSmallHeadPx) {
    warn("small_head", text::kSmallHead, {whole(height), whole(kSmallHeadPx)});
  }
  const double sharpness = face_sharpness(*input.photo, *input.points);
  if (sharpness < kBlurred) warn("blurred", text::kBlurred);
  const double pitch = input.pose->pitch_deg;
  if (std::abs(input.pose->yaw_deg) > kTurnedDeg) {
    warn("turned", text::kTurned, {whole(std::abs(input.pose->yaw_deg)), whole(kTurnedDeg)});
  } else if (std::abs(pitch) > kTiltedDeg) {
    warn("turned", pitch > 0 ? text::kFromAbove : text::kFromBelow, {whole(std::abs(pitch))});
  }
  if (const char* border = cutting_border(*input.pose)) warn("cut_off", border);
  if (input.face_count > 1 && !input.face_chosen) {
    warn("several_faces", text::kSeveralFaces, {std::to_string(input.face_count)});
  }
  if (input.confidence < kLowConfidence) warn("uncertain_landmarks", text::kUncertain);
  return findings;
}

}  // namespace portrait
