// SPDX-License-Identifier: Apache-2.0
#include "core/photo/matting.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/cv_bridge.h"
#include "core/image/filters.h"
#include "core/image/resample.h"

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

void draw_solid(const Ellipsoid& solid, double grow, const Camera& camera, int value,
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

// GrabCut's four labels from the shape alone.
cv::Mat seed(const Camera& camera, int size) {
  cv::Mat mask(size, size, CV_8U, cv::Scalar(cv::GC_BGD));
  // What no hair and no shoulder reaches is background for certain.
  draw_solid(kSkull, 1.8, camera, cv::GC_PR_BGD, mask);
  draw_solid(kChest, 1.6, camera, cv::GC_PR_BGD, mask);
  draw_solid(kSkull, 1.22, camera, cv::GC_PR_FGD, mask);
  draw_solid(kChest, 1.25, camera, cv::GC_PR_FGD, mask);
  draw_solid(kNeck, 1.0, camera, cv::GC_PR_FGD, mask);
  draw_solid(kSkull, 0.9, camera, cv::GC_FGD, mask);
  draw_solid(kFace, 0.85, camera, cv::GC_FGD, mask);
  draw_solid(kNeck, 0.7, camera, cv::GC_FGD, mask);
  // Whatever is worn, it is there at the picture's foot.
  draw_solid(kNeckBase, 1.0, camera, cv::GC_FGD, mask);
  draw_solid(kChest, 0.8, camera, cv::GC_FGD, mask);
  return mask;
}

// The piece that holds the head, with its inner holes closed.
cv::Mat one_piece(const cv::Mat& foreground, const cv::Mat& sure) {
  cv::Mat labels;
  const int count = cv::connectedComponents(foreground, labels, 4, CV_32S);
  std::vector<bool> keep(std::size_t(count), false);
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (sure.at<uchar>(y, x)) keep[std::size_t(labels.at<int>(y, x))] = true;
    }
  }
  cv::Mat out(foreground.size(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (foreground.at<uchar>(y, x) && keep[std::size_t(labels.at<int>(y, x))]) {
        out.at<uchar>(y, x) = 255;
      }
    }
  }
  cv::Mat outside = 255 - out;
  cv::Mat stats;
  cv::Mat centroids;
  const int holes = cv::connectedComponentsWithStats(outside, labels, stats, centroids, 4);
  for (int i = 1; i < holes; ++i) {
    const int x = stats.at<int>(i, cv::CC_STAT_LEFT);
    const int y = stats.at<int>(i, cv::CC_STAT_TOP);
    const int w = stats.at<int>(i, cv::CC_STAT_WIDTH);
    const int h = stats.at<int>(i, cv::CC_STAT_HEIGHT);
    const bool inner = x > 0 && y > 0 && x + w < out.cols && y + h < out.rows;
    if (inner && stats.at<int>(i, cv::CC_STAT_AREA) < out.rows * out.cols / 60) {
      out.setTo(255, labels == i);
    }
  }
  return out;
}

// Clothes have parts of any colour, so that colour models tear holes into them. Below the mouth,
// what lies between two pieces of the person in one column is person, unless the upper piece
// comes down from the head: beside the neck one does see through under hanging hair.
void fill_clothes(const Camera& camera, cv::Mat& mask) {
  const double level = project(camera, Eigen::Vector3d(0, -0.06, 0.25)).v;
  const int first = std::clamp(int(level * mask.rows), 0, mask.rows);
  for (int x = 0; x < mask.cols; ++x) {
    int y = first;
    while (y < mask.rows && mask.at<uchar>(y, x)) ++y;  // a piece from above
    while (y < mask.rows && !mask.at<uchar>(y, x)) ++y;
    int last = mask.rows - 1;
    while (last > y && !mask.at<uchar>(last, x)) --last;
    for (; y < last; ++y) mask.at<uchar>(y, x) = 255;
  }
}

cv::Mat segment(const Image& crop, const Camera& camera, const Image& coverage,
                const MattingOptions& options) {
  const int size = options.work_size;
  const Image small = resize(crop, size, size);
  cv::Mat bgr;
  mat_view(small).convertTo(bgr, CV_8UC3, 255.0);
  cv::cvtColor(bgr, bgr, cv::COLOR_RGB2BGR);
  cv::Mat mask = seed(camera, size);
  cv::Mat sure = mask == cv::GC_FGD;
  const Image covered = resize(coverage, size, size);
  const cv::Mat outside = mat_view(covered) < 0.5F;
  mask.setTo(cv::GC_BGD, outside);
  sure.setTo(0, outside);
  // Replicated borders would teach the background colours of the person, so they are hidden.
  cv::Mat hidden = bgr.clone();
  if (cv::countNonZero(outside) > 0) {
    const cv::Mat rim = (mask == cv::GC_BGD) & ~outside;
    hidden.setTo(cv::countNonZero(rim) > 16 ? cv::mean(bgr, rim) : cv::Scalar(128, 128, 128),
                 outside);
  }
  check(cv::countNonZero(sure) > 16, ErrorCode::kNoFace,
        "The head lies outside the photo; use a photo that shows the whole head");
  cv::theRNG().state = 0x5eed;  // its k-means draws from it; the same photo gives the same matte
  cv::Mat background_model;
  cv::Mat foreground_model;
  cv::grabCut(hidden, mask, {}, background_model, foreground_model, options.iterations,
              cv::GC_INIT_WITH_MASK);
  cv::Mat foreground = (mask == cv::GC_FGD) | (mask == cv::GC_PR_FGD);
  // Threads thinner than the model can know (straps, a pattern behind) are opened away; hair
  // comes back with the guided filter.
  const cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5});
  cv::Mat opened;
  cv::morphologyEx(foreground, opened, cv::MORPH_OPEN, disc);
  cv::Mat whole = one_piece(opened, sure);
  cv::morphologyEx(whole, whole, cv::MORPH_CLOSE, disc);
  fill_clothes(camera, whole);
  cv::morphologyEx(whole, whole, cv::MORPH_OPEN, disc);
  whole.setTo(0, outside);
  return whole;
}

// Mean of `image` weighted by `weight` over a square, and of one minus it: Forte's F and B.
void blurred_layers(const Image& colour_f, const Image& colour_b, const Image& matte, int radius,
                    Image& mean_f, Image& mean_b) {
  Image sums(matte.width, matte.height, 8);
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    const float a = matte.pixels[i];
    for (int c = 0; c < 3; ++c) {
      sums.pixels[8 * i + c] = a * colour_f.pixels[3 * i + c];
      sums.pixels[8 * i + 4 + c] = (1 - a) * colour_b.pixels[3 * i + c];
    }
    sums.pixels[8 * i + 3] = a;
    sums.pixels[8 * i + 7] = 1 - a;
  }
  sums = box_blur(sums, radius);
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    const float* s = sums.pixels.data() + 8 * i;
    for (int c = 0; c < 3; ++c) {
      mean_f.pixels[3 * i + c] = s[c] / (s[3] + 1e-5F);
      mean_b.pixels[3 * i + c] = s[4 + c] / (s[7] + 1e-5F);
    }
  }
}

}  // namespace

Image matte_person(const Image& crop, const Camera& crop_camera, const Image& coverage,
                   const MattingOptions& options) {
  check(crop.channels == 3 && coverage.channels == 1 && crop.width == crop.height &&
            crop.width == coverage.width && crop.height == coverage.height,
        ErrorCode::kInternal, "matte_person needs a square crop and its coverage, got {}x{}x{} and "
        "{}x{}x{}", crop.width, crop.height, crop.channels, coverage.width, coverage.height,
        coverage.channels);
  const cv::Mat whole = segment(crop, crop_camera, coverage, options);
  Image coarse = image_of(whole);
  for (float& v : coarse.pixels) v /= 255;
  const double scale = double(crop.width) / options.work_size;
  coarse = gaussian_blur(resize(coarse, crop.width, crop.height), 0.6 * scale);
  const Image fine = guided_filter(crop, coarse, int(std::lround(5 * scale)), 4e-4);
  // Only the rim may change: what is far from it was decided by the whole picture.
  const Image spread = box_blur(coarse, int(std::lround(5 * scale)));
  Image out(crop.width, crop.height, 1);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    const float s = spread.pixels[i];
    const float rim = std::clamp(8 * std::min(s, 1 - s), 0.0F, 1.0F);
    const float sharp = std::clamp((fine.pixels[i] - 0.12F) / 0.76F, 0.0F, 1.0F);
    out.pixels[i] = (rim * sharp + (1 - rim) * coarse.pixels[i]) * coverage.pixels[i];
  }
  return out;
}

Image foreground_colours(const Image& crop, const Image& matte) {
  Image f = crop;
  Image b = crop;
  Image mean_f(crop.width, crop.height, 3);
  Image mean_b(crop.width, crop.height, 3);
  for (const int radius : {std::max(2, crop.width / 12), std::max(1, crop.width / 85)}) {
    blurred_layers(f, b, matte, radius, mean_f, mean_b);
    for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
      const float a = matte.pixels[i];
      for (std::size_t k = 3 * i; k < 3 * i + 3; ++k) {
        const float left = crop.pixels[k] - a * mean_f.pixels[k] - (1 - a) * mean_b.pixels[k];
        f.pixels[k] = std::clamp(mean_f.pixels[k] + a * left, 0.0F, 1.0F);
        b.pixels[k] = std::clamp(mean_b.pixels[k] + (1 - a) * left, 0.0F, 1.0F);
      }
    }
  }
  // Sure foreground is the photo itself, to the last digit.
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    if (matte.pixels[i] >= 0.999F) std::copy_n(&crop.pixels[3 * i], 3, &f.pixels[3 * i]);
  }
  return f;
}

}  // namespace portrait
