// SPDX-License-Identifier: Apache-2.0
#include "core/photo/face_detector.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/cv_bridge.h"
#include "core/image/resample.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>

namespace portrait {
namespace {

constexpr int kWorkSide = 560;       // of the longer side; cascades need no more
constexpr double kPadding = 0.12;  // on each side: a face that fills the picture has no rim

cv::CascadeClassifier load_cascade(const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(PORTRAIT_CASCADE_DIR) / name;
  cv::CascadeClassifier cascade;
  std::error_code ignored;
  check(std::filesystem::exists(path, ignored) && cascade.load(path.string()),
        ErrorCode::kNotFound, "The face detector's data \"{}\" is not there; install the package "
        "opencv-data", path.string());
  return cascade;
}

// Loaded once per thread: a classifier keeps scratch memory and must not be shared.
struct Cascades {
  cv::CascadeClassifier frontal = load_cascade("haarcascade_frontalface_alt2.xml");
  cv::CascadeClassifier frontal_second = load_cascade("haarcascade_frontalface_default.xml");
  cv::CascadeClassifier profile = load_cascade("haarcascade_profileface.xml");
  cv::CascadeClassifier eyes = load_cascade("haarcascade_eye_tree_eyeglasses.xml");
  cv::CascadeClassifier eyes_open = load_cascade("haarcascade_eye.xml");
};

Cascades& cascades() {
  thread_local Cascades instance;
  return instance;
}

struct Found {
  cv::Rect box;
  double weight;
};

std::vector<Found> run(cv::CascadeClassifier& cascade, const cv::Mat& grey, int least,
                       int neighbours) {
  std::vector<cv::Rect> boxes;
  std::vector<int> levels;
  std::vector<double> weights;
  cascade.detectMultiScale(grey, boxes, levels, weights, 1.08, neighbours, 0, {least, least}, {},
                           true);
  std::vector<Found> found;
  for (std::size_t i = 0; i < boxes.size(); ++i) found.push_back({boxes[i], weights[i]});
  return found;
}

// A turned copy of the work picture: work <- turned is a rotation about the centre.
struct Turned {
  cv::Mat grey;
  Affine2 work_from_turned;
};

Turned turn(const cv::Mat& grey, double degrees) {
  Turned out;
  const double radians = degrees * std::numbers::pi / 180.0;
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  const Eigen::Vector2d centre(grey.cols / 2.0, grey.rows / 2.0);
  out.work_from_turned.leftCols<2>() << c, -s, s, c;
  out.work_from_turned.col(2) = centre - out.work_from_turned.leftCols<2>() * centre;
  if (degrees == 0) {
    out.grey = grey;
    return out;
  }
  const Affine2& a = out.work_from_turned;
  const cv::Mat map = (cv::Mat_<double>(2, 3) << a(0, 0), a(0, 1), a(0, 2), a(1, 0), a(1, 1),
                       a(1, 2));
  cv::warpAffine(grey, out.grey, map, grey.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
  return out;
}

// Two eyes in the upper part of the face, left and right of its middle, about level.
bool find_eyes(const cv::Mat& grey, const cv::Rect& face, Eigen::Vector2d eyes[2]) {
  const cv::Rect upper(face.x, face.y + face.height / 8, face.width, face.height / 2);
  const cv::Rect part = upper & cv::Rect(0, 0, grey.cols, grey.rows);
  if (part.width < 24 || part.height < 12) return false;
  cv::Mat large;
  const double scale = std::max(1.0, 160.0 / part.width);
  cv::resize(grey(part), large, {}, scale, scale, cv::INTER_LINEAR);
  for (cv::CascadeClassifier* cascade : {&cascades().eyes, &cascades().eyes_open}) {
    const auto candidates = run(*cascade, large, int(large.cols * 0.12), 3);
    double best = -1e9;
    for (const Found& a : candidates) {
      for (const Found& b : candidates) {
        const double ax = a.box.x + a.box.width / 2.0, ay = a.box.y + a.box.height / 2.0;
        const double bx = b.box.x + b.box.width / 2.0, by = b.box.y + b.box.height / 2.0;
        const double gap = bx - ax;
        if (gap < 0.22 * large.cols || gap > 0.65 * large.cols) continue;
        if (std::abs(by - ay) > 0.35 * gap) continue;
        const double value = a.weight + b.weight - 8 * std::abs(by - ay) / gap;
        if (value <= best) continue;
        best = value;
        eyes[0] = Eigen::Vector2d(ax / scale + part.x, ay / scale + part.y);
        eyes[1] = Eigen::Vector2d(bx / scale + part.x, by / scale + part.y);
      }
    }
    if (best > -1e9) return true;
  }
  return false;
}

double overlap(const FaceBox& a, const FaceBox& b) {
  const double w = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double h = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (w <= 0 || h <= 0) return 0;
  return w * h / std::min(a.width * a.height, b.width * b.height);
}

// Where the padded work picture lies in the photo.
struct WorkFrame {
  double photo_per_work = 1;
  int padding = 0;

  Eigen::Vector2d to_photo(const Eigen::Vector2d& work) const {
    return (work - Eigen::Vector2d::Constant(padding)) * photo_per_work;
  }
};

FaceBox box_of(const Found& found, const Turned& turned, double degrees, const WorkFrame& frame) {
  FaceBox box;
  const Eigen::Vector2d centre = frame.to_photo(
      apply(turned.work_from_turned, {found.box.x + found.box.width / 2.0,
                                      found.box.y + found.box.height / 2.0}));
  box.width = found.box.width * frame.photo_per_work;
  box.height = found.box.height * frame.photo_per_work;
  box.x = centre.x() - box.width / 2;
  box.y = centre.y() - box.height / 2;
  box.roll_deg = degrees;
  box.score = found.weight;
  Eigen::Vector2d eyes[2];
  if (find_eyes(turned.grey, found.box, eyes)) {
    box.has_eyes = true;
    const Eigen::Vector2d left = frame.to_photo(apply(turned.work_from_turned, eyes[0]));
    const Eigen::Vector2d right = frame.to_photo(apply(turned.work_from_turned, eyes[1]));
    box.left_eye_x = left.x(), box.left_eye_y = left.y();
    box.right_eye_x = right.x(), box.right_eye_y = right.y();
  }
  return box;
}

// Keeps the more credible of boxes that lie on each other.
std::vector<FaceBox> suppress(std::vector<FaceBox> boxes) {
  const auto credit = [](const FaceBox& b) {
    return b.score + (b.has_eyes ? 10 : 0) - (b.profile ? 5 : 0) - 0.02 * std::abs(b.roll_deg);
  };
  std::stable_sort(boxes.begin(), boxes.end(), [&](const FaceBox& a, const FaceBox& b) {
    return credit(a) > credit(b);
  });
  std::vector<FaceBox> kept;
  for (const FaceBox& box : boxes) {
    if (std::none_of(kept.begin(), kept.end(),
                     [&](const FaceBox& k) { return overlap(k, box) > 0.4; })) {
      kept.push_back(box);
    }
  }
  return kept;
}

void add_profiles(const cv::Mat& grey, int least, const WorkFrame& frame,
                  std::vector<FaceBox>& boxes) {
  const Turned upright = turn(grey, 0);
  cv::Mat mirrored;
  cv::flip(grey, mirrored, 1);
  for (const bool mirror : {false, true}) {
    for (Found found : run(cascades().profile, mirror ? mirrored : grey, least, 5)) {
      if (mirror) found.box.x = grey.cols - found.box.x - found.box.width;
      FaceBox box = box_of(found, upright, 0, frame);
      box.profile = true;
      boxes.push_back(box);
    }
  }
}

}  // namespace

std::vector<FaceBox> detect_faces(const Image& photo, const DetectOptions& options) {
  check(photo.channels >= 3, ErrorCode::kInternal, "detect_faces needs a colour picture");
  const int longer = std::max(photo.width, photo.height);
  WorkFrame frame;
  frame.photo_per_work = std::max(1.0, double(longer) / kWorkSide);
  const int width = std::max(1, int(std::lround(photo.width / frame.photo_per_work)));
  const int height = std::max(1, int(std::lround(photo.height / frame.photo_per_work)));
  const Image small = luma(resize(photo, width, height));
  cv::Mat grey;
  mat_view(small).convertTo(grey, CV_8U, 255.0);
  cv::equalizeHist(grey, grey);
  frame.padding = int(kPadding * std::max(width, height));
  cv::copyMakeBorder(grey, grey, frame.padding, frame.padding, frame.padding, frame.padding,
                     cv::BORDER_REPLICATE);
  const int least = std::max(20, int(options.min_face_fraction * std::min(width, height)));

  std::vector<FaceBox> boxes;
  const auto look = [&](cv::CascadeClassifier& cascade, double degrees) {
    const Turned turned = turn(grey, degrees);
    for (const Found& found : run(cascade, turned.grey, least, 4)) {
      boxes.push_back(box_of(found, turned, degrees, frame));
    }
  };
  // Every further look costs time and false alarms, so each is a fallback of the one before.
  const auto none = [&] {
    if (options.accept) {
      std::erase_if(boxes, [&](const FaceBox& box) { return !options.accept(box); });
    }
    return boxes.empty();
  };
  look(cascades().frontal, 0);
  if (none()) look(cascades().frontal_second, 0);
  if (none() && options.try_profile) add_profiles(grey, least, frame, boxes);
  if (none() && options.try_turned) {
    for (const double degrees : {20.0, -20.0}) look(cascades().frontal, degrees);
    if (none()) {
      for (const double degrees : {40.0, -40.0}) look(cascades().frontal, degrees);
    }
  }
  none();
  boxes = suppress(std::move(boxes));
  std::sort(boxes.begin(), boxes.end(),
            [](const FaceBox& a, const FaceBox& b) { return a.centre_x() < b.centre_x(); });
  return boxes;
}

}  // namespace portrait
