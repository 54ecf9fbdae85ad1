// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/face_crop.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kPixelsPerDecimetre = 180;  // of a crop of 512
constexpr double kLobes = 3;
constexpr std::size_t kLandmarks = 68;

double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kLobes) return 0;
  const double a = std::numbers::pi * x;
  return kLobes * std::sin(a) * std::sin(a / kLobes) / (a * a);
}

// Lines of pixels made of others: weights [count, those from `begin` on].
struct Resampling {
  Tensor weights;
  std::int64_t begin = 0;
};

// Row r: how pixel clamp(first + r) of a line of `from` pixels resized to `to` is made of them.
Resampling resampling(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t count) {
  const Tensor matrix = at::zeros({count, from});
  std::int64_t least = from;
  std::int64_t most = 0;
  auto weights = matrix.accessor<float, 2>();
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double spread = std::max(scale, 1.0);
  const double reach = kLobes * spread;
  for (std::int64_t r = 0; r < count; ++r) {
    const std::int64_t place = std::clamp<std::int64_t>(first + r, 0, to - 1);
    const double centre = (static_cast<double>(place) + 0.5) * scale;
    const auto begin = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - reach + 0.5));
    const auto end = std::min(from, static_cast<std::int64_t>(centre + reach + 0.5));
    least = std::min(least, begin);
    most = std::max(most, end);
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      sum += lanczos((static_cast<double>(i) + 0.5 - centre) / spread);
    }
    for (std::int64_t i = begin; i < end; ++i) {
      weights[r][i] =
          static_cast<float>(lanczos((static_cast<double>(i) + 0.5 - centre) / spread) / sum);
    }
  }
  return {matrix.narrow(1, least, most - least), least};
}

}  // namespace

const std::array<Eigen::Vector3d, 5>& aligned_face() {
  // The mean of the Basel face model, moved as its users do: y by 0.1, z by 0.4.
  static const std::array<Eigen::Vector3d, 5> points = {{{-0.31148657, 0.19036078, 0.53377953},
                                                         {0.30979887, 0.18972035, 0.53179526},
                                                         {0.0032535, -0.14617933, 0.95244243},
                                                         {-0.25216928, -0.4813392, 0.62405732},
                                                         {0.2484662, -0.4812824, 0.62236769}}};
  return points;
}

const std::array<Eigen::Vector3d, 5>& our_face() {
  // Of mean_landmarks() (core/photo/landmarks68.h), which builds without photos do not have.
  static const std::array<Eigen::Vector3d, 5> points = {{{-0.08141, 0.11105, 0.23057},
                                                         {0.08141, 0.11105, 0.23056},
                                                         {0.0, 0.03515, 0.32673},
                                                         {-0.06337, -0.06299, 0.25469},
                                                         {0.06337, -0.06299, 0.25469}}};
  return points;
}

FivePoints five_points(const std::vector<Eigen::Vector2d>& landmarks) {
  check(landmarks.size() == kLandmarks, ErrorCode::kInternal,
        "A face of {} points where {} were expected", landmarks.size(), kLandmarks);
  const auto eye = [&](std::size_t first) {
    Eigen::Vector2d sum = Eigen::Vector2d::Zero();
    for (std::size_t i = first; i < first + 6; ++i) sum += landmarks[i];
    return Eigen::Vector2d(sum / 6);
  };
  return {eye(36), eye(42), landmarks[30], landmarks[48], landmarks[54]};
}

FivePoints five_points(const Camera& camera, std::int64_t width, std::int64_t height) {
  FivePoints points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Projection seen = project(camera, our_face()[i]);
    points[i] = {seen.u * static_cast<double>(width), seen.v * static_cast<double>(height)};
  }
  return points;
}

FaceCrop face_crop(const FivePoints& points, std::int64_t width, std::int64_t height,
                   std::int64_t size) {
  Eigen::Matrix<double, 5, 4> model;
  Eigen::Matrix<double, 5, 2> seen;
  for (int i = 0; i < 5; ++i) {
    model.row(i) << aligned_face()[std::size_t(i)].transpose(), 1;
    // The model's y points up.
    seen.row(i) << points[std::size_t(i)].x(),
        static_cast<double>(height) - points[std::size_t(i)].y();
  }
  const Eigen::Matrix<double, 4, 2> camera = model.colPivHouseholderQr().solve(seen);
  const double pixels = (camera.col(0).head<3>().norm() + camera.col(1).head<3>().norm()) / 2;
  check(std::isfinite(pixels) && pixels > 1, ErrorCode::kBadInput,
        "The face's eyes, nose and mouth lie within a pixel of each other, so the photo cannot be "
        "aligned by them; choose a photo that shows the face");
  const double scale = kPixelsPerDecimetre * static_cast<double>(size) / 512 / pixels;
  const auto w = static_cast<double>(width);
  const auto h = static_cast<double>(height);
  FaceCrop crop;
  crop.size = size;
  // Whole numbers as the published preparation has them: cut off, not rounded.
  crop.width = std::max<std::int64_t>(1, static_cast<std::int64_t>(w * scale));
  crop.height = std::max<std::int64_t>(1, static_cast<std::int64_t>(h * scale));
  const double half = static_cast<double>(size) / 2;
  crop.left = static_cast<std::int64_t>(static_cast<double>(crop.width) / 2 - half +
                                        (camera(3, 0) - w / 2) * scale);
  crop.top = static_cast<std::int64_t>(static_cast<double>(crop.height) / 2 - half +
                                       (h / 2 - camera(3, 1)) * scale);
  return crop;
}

Tensor cut_face(const Tensor& image, const FaceCrop& crop) {
  check_shape(image, {-1, -1, -1}, "image");
  const Resampling rows = resampling(image.size(1), crop.height, crop.top, crop.size);
  const Resampling columns = resampling(image.size(2), crop.width, crop.left, crop.size);
  const Tensor part = image.narrow(1, rows.begin, rows.weights.size(1))
                          .narrow(2, columns.begin, columns.weights.size(1));
  return at::matmul(at::matmul(rows.weights.to(image.options()), part),
                    columns.weights.t().to(image.options()));
}

}  // namespace portrait
