// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/landmark_finder.h"

#include "core/base/error.h"
#include "core/photo/landmark_net.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace portrait {
namespace {

// Side of the crop over the size of the face. The trainer cuts its crops by the same rules.
constexpr double kSidePerBox = 1.25;
constexpr double kCentreDown = 0.06;   // of the box: the cascade's box ends above the chin
constexpr double kSidePerSpread = 1.5;

Affine2 square_crop(const Eigen::Vector2d& centre, double side, double roll_rad) {
  const double scale = side / LandmarkNet::kCropSize;
  const double c = std::cos(roll_rad) * scale;
  const double s = std::sin(roll_rad) * scale;
  Affine2 photo_from_crop;
  photo_from_crop.leftCols<2>() << c, -s, s, c;
  photo_from_crop.col(2) =
      centre - photo_from_crop.leftCols<2>() * Eigen::Vector2d::Constant(LandmarkNet::kCropSize / 2);
  return photo_from_crop;
}

struct Pass {
  Points2 points;
  std::vector<double> scale;
  double face_probability = 0;
};

// One crop that the network sees.
struct Look {
  Affine2 photo_from_crop;
  bool mirrored = false;
};

// Ten looks at one face, whose errors differ: turned, resized, and all of them mirrored too.
std::vector<Look> looks_round(const Affine2& photo_from_crop) {
  constexpr int kSide = LandmarkNet::kCropSize;
  constexpr double kTurn = 7 * std::numbers::pi / 180;
  constexpr std::pair<double, double> kTurnsAndSizes[] = {
      {0, 1}, {kTurn, 1}, {-kTurn, 1}, {0, 0.9}, {0, 1.1}};
  std::vector<Look> looks;
  for (const bool mirrored : {false, true}) {
    for (const auto& [turn, size] : kTurnsAndSizes) {
      const Affine2 within = square_crop(Eigen::Vector2d::Constant(kSide / 2), kSide * size, turn);
      Look look{photo_from_crop, mirrored};
      look.photo_from_crop.leftCols<2>() *= within.leftCols<2>();
      look.photo_from_crop.col(2) = apply(photo_from_crop, within.col(2));
      looks.push_back(look);
    }
  }
  return looks;
}

// [looks, 3, S, S].
Tensor crops_of(const Image& photo, const std::vector<Look>& looks) {
  const int size = LandmarkNet::kCropSize;
  WarpOptions warp;
  warp.cubic = false;
  std::vector<Tensor> crops;
  for (const Look& look : looks) {
    const Image crop = warp_affine(photo, look.photo_from_crop, size, size, warp);
    const Tensor hwc = at::from_blob(const_cast<float*>(crop.pixels.data()),
                                     {size, size, crop.channels}, at::kFloat);
    const Tensor chw = hwc.narrow(2, 0, 3).permute({2, 0, 1});
    crops.push_back(look.mirrored ? chw.flip({2}) : chw.contiguous());
  }
  return at::stack(crops);
}

// The mean of what the network finds in all looks.
Pass run(const LandmarkNet& net, const Image& photo, const std::vector<Look>& looks) {
  at::NoGradGuard no_grad;
  const LandmarkNet::Output out = net.forward(crops_of(photo, looks));
  const Tensor points = out.points.contiguous();
  const Tensor log_scale = out.log_scale.contiguous();
  const auto p = points.accessor<float, 3>();
  const auto s = log_scale.accessor<float, 2>();
  const double size = LandmarkNet::kCropSize;
  const auto count = double(looks.size());
  Pass pass;
  pass.points.assign(kLandmarkCount, Eigen::Vector2d::Zero());
  pass.scale.assign(kLandmarkCount, 0);
  for (std::int64_t r = 0; r < points.size(0); ++r) {
    const Look& look = looks[std::size_t(r)];
    for (int i = 0; i < kLandmarkCount; ++i) {
      const int from = look.mirrored ? mirrored_landmark_index()[std::size_t(i)] : i;
      const double x = double(p[r][from][0]);
      const Eigen::Vector2d at(look.mirrored ? 1 - x : x, double(p[r][from][1]));
      pass.points[std::size_t(i)] += apply(look.photo_from_crop, at * size) / count;
      pass.scale[std::size_t(i)] +=
          std::exp(double(s[r][from])) * scale_of(look.photo_from_crop) * size / count;
    }
  }
  pass.face_probability = at::sigmoid(out.face_logit).mean().item<double>();
  return pass;
}

double mean_distance(const Points2& a, const Points2& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]).norm();
  return sum / double(a.size());
}

// Root mean square distance of points from their mean: the size of a face that barely changes
// when it turns, unlike the distance of the eyes.
double spread(const Points2& points, Eigen::Vector2d& mean) {
  mean = Eigen::Vector2d::Zero();
  for (const auto& p : points) mean += p;
  mean /= double(points.size());
  double sum = 0;
  for (const auto& p : points) sum += (p - mean).squaredNorm();
  return std::sqrt(sum / double(points.size()));
}

constexpr int kScanSide = 320;  // of the shorter side

// A square window of the scan, and what the network thinks of it.
struct Window {
  double x, y, side;
  double logit = 0;
};

std::vector<Window> windows_of(int width, int height) {
  std::vector<Window> windows;
  const int shorter = std::min(width, height);
  for (double side = 1.15 * shorter; side > 0.35 * shorter; side *= 0.72) {
    const int columns = std::max(1, int(std::ceil(4 * (width - 0.5 * side) / side)));
    const int rows = std::max(1, int(std::ceil(4 * (height - 0.5 * side) / side)));
    for (int j = 0; j < rows; ++j) {
      for (int i = 0; i < columns; ++i) {
        // Windows may hang out by a quarter of their side.
        const double u = columns > 1 ? double(i) / (columns - 1) : 0.5;
        const double v = rows > 1 ? double(j) / (rows - 1) : 0.5;
        windows.push_back({-0.25 * side + u * (width - 0.5 * side),
                           -0.25 * side + v * (height - 0.5 * side), side});
      }
    }
  }
  return windows;
}

void judge(const LandmarkNet& net, const Image& photo, std::vector<Window>& windows) {
  at::NoGradGuard no_grad;
  constexpr int kBatch = 16;
  for (std::size_t first = 0; first < windows.size(); first += kBatch) {
    const std::size_t count = std::min<std::size_t>(kBatch, windows.size() - first);
    std::vector<Look> looks;
    for (std::size_t i = 0; i < count; ++i) {
      const Window& w = windows[first + i];
      const double scale = w.side / LandmarkNet::kCropSize;
      Look look;
      look.photo_from_crop << scale, 0, w.x, 0, scale, w.y;
      looks.push_back(look);
    }
    const Tensor logits = net.forward(crops_of(photo, looks)).face_logit.contiguous();
    for (std::size_t i = 0; i < count; ++i) {
      windows[first + i].logit = logits[std::int64_t(i)].item<double>();
    }
  }
}

}  // namespace

Affine2 landmark_crop(const FaceBox& box) {
  const double roll = box.roll_deg * std::numbers::pi / 180.0;
  const double size = std::max(box.width, box.height);
  const Eigen::Vector2d down(-std::sin(roll), std::cos(roll));
  const Eigen::Vector2d centre(box.centre_x(), box.centre_y());
  return square_crop(centre + kCentreDown * size * down, kSidePerBox * size, roll);
}

Affine2 landmark_crop(const Points2& points) {
  check(points.size() == std::size_t(kLandmarkCount), ErrorCode::kInternal,
        "68 points were expected, got {}", points.size());
  Eigen::Vector2d mean;
  const double size = spread(points, mean);
  // The line of the eyes tells the roll while both are apart; seen from the side it does not, and
  // the line from brows to chin takes over.
  const Eigen::Vector2d eyes = eye_centre(points, false) - eye_centre(points, true);
  Eigen::Vector2d down = points[8] - points[27];
  Eigen::Vector2d across = eyes + Eigen::Vector2d(down.y(), -down.x()) * 0.5;
  const double roll = std::atan2(across.y(), across.x());
  return square_crop(mean, kSidePerSpread * 2.0 * size, roll);
}

FaceLandmarks find_landmarks(const LandmarkNet& net, const Image& photo, const FaceBox& box,
                             int passes) {
  check(passes >= 1, ErrorCode::kInternal, "find_landmarks needs at least one pass");
  Pass pass = run(net, photo, {{landmark_crop(box)}});
  double moved = 0;
  for (int i = 1; i < passes; ++i) {
    const Pass next = run(net, photo, {{landmark_crop(pass.points)}});
    moved = mean_distance(next.points, pass.points);
    pass = next;
  }
  FaceLandmarks out;
  out.points = pass.points;
  out.scale = pass.scale;
  out.face_probability = pass.face_probability;
  // Errors of a tenth of the eyes' distance, or passes that far apart, leave nothing of it.
  Eigen::Vector2d mean;
  const double size = spread(pass.points, mean);
  std::vector<double> sorted = pass.scale;
  std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
  const double median = sorted[sorted.size() / 2];
  const double doubt = std::max(median, passes > 1 ? 0.7 * moved : 0.0) / (0.12 * size);
  out.confidence = out.face_probability / (1.0 + doubt * doubt);
  return out;
}

FaceLandmarks looked_at_again(const LandmarkNet& net, const Image& photo,
                              const FaceLandmarks& found) {
  const Pass pass = run(net, photo, looks_round(landmark_crop(found.points)));
  FaceLandmarks out = found;
  out.points = pass.points;
  out.scale = pass.scale;
  return out;
}

std::vector<FaceBox> scan_for_faces(const LandmarkNet& net, const Image& photo, int most) {
  const double photo_per_work =
      std::max(1.0, double(std::min(photo.width, photo.height)) / kScanSide);
  const Image small = resize(photo, std::max(1, int(std::lround(photo.width / photo_per_work))),
                             std::max(1, int(std::lround(photo.height / photo_per_work))));
  std::vector<Window> windows = windows_of(small.width, small.height);
  judge(net, small, windows);
  std::stable_sort(windows.begin(), windows.end(),
                   [](const Window& a, const Window& b) { return a.logit > b.logit; });
  std::vector<FaceBox> boxes;
  for (const Window& w : windows) {
    if (w.logit < 0 || int(boxes.size()) >= most) break;
    FaceBox box;
    // The inverse of landmark_crop(box).
    box.width = box.height = w.side / kSidePerBox * photo_per_work;
    box.x = (w.x + w.side / 2) * photo_per_work - box.width / 2;
    box.y = (w.y + w.side / 2) * photo_per_work - (0.5 + kCentreDown) * box.height;
    box.score = w.logit;
    const bool taken = std::any_of(boxes.begin(), boxes.end(), [&](const FaceBox& other) {
      return std::abs(other.centre_x() - box.centre_x()) < 0.5 * std::max(other.width, box.width) &&
             std::abs(other.centre_y() - box.centre_y()) < 0.5 * std::max(other.width, box.width);
    });
    if (!taken) boxes.push_back(box);
  }
  return boxes;
}

}  // namespace portrait
