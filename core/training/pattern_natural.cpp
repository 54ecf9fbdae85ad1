// SPDX-License-Identifier: Apache-2.0
#include "core/training/pattern_painters.h"

#include "core/base/image.h"
#include "core/image/cv_bridge.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace portrait {

void draw_gradient(cv::Mat& picture, RandomStream& random) {
  const PatternColour from = any_colour(random);
  const PatternColour to = random.chance(0.5) ? near_colour(from, 0.3, random) : any_colour(random);
  const double turn = random.uniform(0, 2 * CV_PI);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double t = std::clamp(0.5 + ((double(x) / picture.cols - 0.5) * std::cos(turn) +
                                         (double(y) / picture.rows - 0.5) * std::sin(turn)),
                                  0.0, 1.0);
      for (int k = 0; k < 3; ++k) {
        picture.at<cv::Vec3f>(y, x)[k] = float(from[k] + t * (to[k] - from[k]));
      }
    }
  }
}

void draw_foliage(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  const PatternColour leaf =
      random.chance(0.7) ? PatternColour(random.uniform(0.1, 0.6), random.uniform(0.25, 0.7),
                                         random.uniform(0.02, 0.3))
                         : any_colour(random);
  const double length = random.uniform(2, 16);
  const double slim = random.uniform(0.2, 0.8);
  const int count = std::min(2500, int(picture.total() / (length * length * slim)));
  for (int i = 0; i < count; ++i) {
    cv::ellipse(picture, point_anywhere(random, picture.cols),
                cv::Size(1 + int(length * random.uniform(0.5, 1.5)),
                         1 + int(length * slim * random.uniform(0.5, 1.5))),
                random.uniform(0, 180), 0, 360, near_colour(leaf, 0.4, random), cv::FILLED);
  }
}

void draw_bokeh(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  picture *= random.uniform(0.1, 0.8);
  const double radius = random.uniform(3, 26);
  const PatternColour light = any_colour(random);
  for (int i = random.integer(8, 60); i > 0; --i) {
    cv::Mat disc = cv::Mat::zeros(picture.size(), picture.type());
    cv::circle(disc, point_anywhere(random, picture.cols),
               1 + int(radius * random.uniform(0.6, 1.4)),
               random.chance(0.6) ? near_colour(light, 0.3, random) : any_colour(random),
               cv::FILLED, cv::LINE_AA);
    picture += random.uniform(0.1, 0.9) * disc;
  }
}

void draw_strands(cv::Mat& picture, RandomStream& random) {
  const PatternColour hair = earthy_colour(random);
  picture.setTo(hair * 0.6);
  const double turn = random.uniform(0, CV_PI), curl = random.normal(0, 0.02);
  for (int i = 0; i < 900; ++i) {
    cv::Point2d p = point_anywhere(random, picture.cols);
    double angle = turn + random.normal(0, 0.15);
    std::vector<cv::Point> line;
    for (int k = 0; k < 8; ++k, angle += curl * 9) {
      line.push_back(rounded_point(p.x, p.y));
      p += 9.0 * cv::Point2d(std::cos(angle), std::sin(angle));
    }
    cv::polylines(picture, line, false, near_colour(hair, 0.35, random), 1, cv::LINE_AA);
  }
}

void draw_marbled(cv::Mat& picture, RandomStream& random) {
  const PatternColour first = earthy_colour(random);
  const PatternColour second =
      random.chance(0.7) ? near_colour(first, 0.4, random) : any_colour(random);
  cv::Mat sum = cv::Mat::zeros(picture.size(), CV_32F);
  const double stretch = std::exp(random.uniform(-1.5, 1.5));
  double weight = 1;
  for (int cells = random.integer(2, 5); cells < 100; cells *= 2, weight *= 0.6) {
    Image noise(cells, std::clamp(int(cells * stretch), 1, 200), 1);
    random.fill_normal(noise.pixels);
    cv::Mat large;
    cv::resize(mat_view(noise), large, picture.size(), 0, 0, cv::INTER_CUBIC);
    sum += weight * large;
  }
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double t = 1 / (1 + std::exp(-1.5 * sum.at<float>(y, x)));
      for (int k = 0; k < 3; ++k) {
        picture.at<cv::Vec3f>(y, x)[k] = float(first[k] + t * (second[k] - first[k]));
      }
    }
  }
}

void draw_solids(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  for (int i = random.integer(2, 9); i > 0; --i) {
    const cv::Point at = point_anywhere(random, picture.cols);
    const PatternColour colour =
        random.chance(0.4) ? PatternColour::all(random.uniform(0.5, 1)) : any_colour(random);
    const double a = picture.cols * random.uniform(0.03, 0.35);
    const double b = random.chance(0.5) ? a : picture.cols * random.uniform(0.1, 1.2);
    const double turn = random.chance(0.6) ? 90 + random.normal(0, 6) : random.uniform(0, 180);
    for (int k = 0; k < 12; ++k) {  // lit from one side
      const double left = 1 - k / 12.0;
      cv::ellipse(picture, at - rounded_point(0.25 * a * (1 - left), 0.1 * a * (1 - left)),
                  cv::Size(1 + int(b * left), 1 + int(a * left)), turn, 0, 360,
                  colour * (0.45 + 0.05 * k), cv::FILLED, cv::LINE_AA);
    }
  }
}

void draw_rubble(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  const double reach = picture.cols * random.uniform(0.05, 0.5);
  for (int i = random.integer(5, 120); i > 0; --i) {
    const cv::Point at = point_anywhere(random, picture.cols);
    std::vector<cv::Point> corners;
    for (int k = random.integer(3, 6); k > 0; --k) {
      corners.push_back(at + rounded_point(random.normal(0, reach), random.normal(0, reach)));
    }
    fill_polygon(picture, corners, any_colour(random));
  }
}

}  // namespace portrait
