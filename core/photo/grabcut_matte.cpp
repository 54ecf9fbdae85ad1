// SPDX-License-Identifier: Apache-2.0
#include "core/photo/grabcut_matte.h"

#include "core/image/cv_bridge.h"
#include "core/image/resample.h"
#include "core/photo/person_shape.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

// GrabCut's four labels from the shape alone.
cv::Mat seed(const Image& shape) {
  const auto between = [](float low, float high) { return (low + high) / 2; };
  const cv::Mat known = mat_view(shape);
  cv::Mat mask(known.size(), CV_8U, cv::Scalar(cv::GC_BGD));
  mask.setTo(cv::GC_PR_BGD, known > between(kNeverPerson, kMaybePerson));
  mask.setTo(cv::GC_PR_FGD, known > between(kMaybePerson, kLikelyPerson));
  mask.setTo(cv::GC_FGD, known > between(kLikelyPerson, kSurelyPerson));
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

}  // namespace

Image grabcut_matte(const Image& crop, const Camera& camera, const Image& coverage,
                    const Image& shape, int iterations) {
  const int size = shape.width;
  const Image small = resize(crop, size, size);
  cv::Mat bgr;
  mat_view(small).convertTo(bgr, CV_8UC3, 255.0);
  cv::cvtColor(bgr, bgr, cv::COLOR_RGB2BGR);
  cv::Mat mask = seed(shape);
  const cv::Mat sure = mask == cv::GC_FGD;
  const Image covered = resize(coverage, size, size);
  const cv::Mat outside = mat_view(covered) < 0.5F;
  // Replicated borders would teach the background colours of the person, so they are hidden.
  cv::Mat hidden = bgr.clone();
  if (cv::countNonZero(outside) > 0) {
    const cv::Mat rim = (mask == cv::GC_BGD) & ~outside;
    hidden.setTo(cv::countNonZero(rim) > 16 ? cv::mean(bgr, rim) : cv::Scalar(128, 128, 128),
                 outside);
  }
  cv::theRNG().state = 0x5eed;  // its k-means draws from it; the same photo gives the same matte
  cv::Mat background_model;
  cv::Mat foreground_model;
  cv::grabCut(hidden, mask, {}, background_model, foreground_model, iterations,
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
  Image matte = image_of(whole);
  for (float& v : matte.pixels) v /= 255;
  return matte;
}

}  // namespace portrait
