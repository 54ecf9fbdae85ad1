// SPDX-License-Identifier: Apache-2.0
#include "core/training/pattern_painters.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace portrait {

void draw_bricks(cv::Mat& picture, RandomStream& random) {
  const PatternColour brick = any_colour(random);
  picture.setTo(near_colour(brick, 0.6, random));
  const int height = random.integer(6, 34);
  const int width = int(height * random.uniform(0.8, 3.2));
  const int gap = random.integer(1, 1 + height / 8);
  const bool shifted = random.chance(0.6);
  const double spread = random.uniform(0.02, 0.25);
  for (int row = 0; row * height < picture.rows; ++row) {
    for (int x = shifted && row % 2 == 1 ? -width / 2 : 0; x < picture.cols; x += width) {
      cv::rectangle(picture, {x, row * height}, {x + width - 1 - gap, (row + 1) * height - 1 - gap},
                    near_colour(brick, spread, random), cv::FILLED);
    }
  }
}

void draw_text(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  for (int i = random.integer(1, 8); i > 0; --i) {
    const cv::Point at = point_anywhere(random, picture.cols);
    if (random.chance(0.5)) {
      cv::rectangle(picture, at, point_anywhere(random, picture.cols), any_colour(random),
                    cv::FILLED);
    }
    const double scale = std::exp(random.uniform(-1.2, 1.4));
    const PatternColour ink = any_colour(random);
    for (int line = random.integer(1, 9); line > 0; --line) {
      std::string words;
      for (int k = random.integer(3, 24); k > 0; --k) words += char(random.integer(33, 122));
      cv::putText(picture, words, at + cv::Point(0, int(line * 26 * scale)), random.integer(0, 7),
                  scale, ink, 1 + int(scale * random.uniform(0.5, 3)), cv::LINE_AA);
    }
  }
}

void draw_flag(cv::Mat& picture, RandomStream& random) {
  cv::Mat plain(picture.size(), picture.type());
  const std::array<PatternColour, 3> dye = {any_colour(random), any_colour(random),
                                            any_colour(random)};
  const int colours = random.integer(2, 3);
  const int band = random.integer(6, picture.rows / 3);
  const bool upright = random.chance(0.5);
  for (int i = 0; i * band < picture.rows; ++i) {
    const cv::Rect stripe = upright ? cv::Rect(i * band, 0, band, picture.rows)
                                    : cv::Rect(0, i * band, picture.cols, band);
    plain(stripe & cv::Rect({}, picture.size())).setTo(dye[std::size_t(i % colours)]);
  }
  if (random.chance(0.6)) {
    const cv::Rect field =
        cv::Rect(point_anywhere(random, picture.cols), point_anywhere(random, picture.cols)) &
        cv::Rect({}, picture.size());
    plain(field).setTo(any_colour(random));
    const int step = random.integer(8, 30);
    const PatternColour star = any_colour(random);
    for (int y = field.y + step / 2; y < field.y + field.height; y += step) {
      for (int x = field.x + step / 2; x < field.x + field.width; x += step) {
        cv::drawMarker(plain, {x, y}, star, cv::MARKER_STAR, step / 2, 2);
      }
    }
  }
  const double waves = random.uniform(0.5, 6), depth = random.uniform(0, 10);
  const double slant = random.uniform(-2, 2), shade = random.uniform(0, 0.45);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double phase = 2 * CV_PI * waves * (x + slant * y) / picture.cols;
      const int from_y = std::clamp(int(y + depth * std::sin(phase)), 0, picture.rows - 1);
      const int from_x = std::clamp(int(x + depth * std::cos(phase)), 0, picture.cols - 1);
      picture.at<cv::Vec3f>(y, x) =
          plain.at<cv::Vec3f>(from_y, from_x) * float(1 + shade * std::cos(phase));
    }
  }
}

void draw_shelves(cv::Mat& picture, RandomStream& random) {
  picture.setTo(any_colour(random) * 0.4);
  const int board = random.integer(24, 90);
  const PatternColour wood = any_colour(random);
  for (int y = random.integer(0, board); y < picture.rows + board; y += board) {
    for (int x = 0; x < picture.cols;) {
      const int width = random.integer(3, 26);
      const int top = y - int(board * random.uniform(0.45, 0.95));
      if (random.chance(0.9)) {
        const PatternColour cover = any_colour(random);
        cv::rectangle(picture, {x, top}, {x + width, y}, cover, cv::FILLED);
        cv::line(picture, {x + width, top}, {x + width, y}, cover * 0.4);
      }
      x += width + 1;
    }
    cv::rectangle(picture, {0, y}, {picture.cols, y + random.integer(2, 6)}, wood, cv::FILLED);
  }
}

void draw_window(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  picture += PatternColour::all(0.3);
  const PatternColour bar = any_colour(random) * random.uniform(0.1, 1);
  const int step = random.integer(30, 130);
  const int thick = random.integer(2, 14);
  for (int i = random.integer(0, step); i < picture.cols; i += step) {
    cv::line(picture, {i, 0}, {i, picture.rows}, bar, thick);
  }
  for (int i = random.integer(0, step); i < picture.rows; i += int(step * random.uniform(1, 2))) {
    cv::line(picture, {0, i}, {picture.cols, i}, bar, thick);
  }
}

void draw_skyline(cv::Mat& picture, RandomStream& random) {
  draw_gradient(picture, random);
  for (int x = 0; x < picture.cols;) {
    const int width = random.integer(14, 70);
    const int top = int(picture.rows * random.uniform(0.05, 0.8));
    const PatternColour wall = any_colour(random);
    const PatternColour pane = any_colour(random);
    cv::rectangle(picture, {x, top}, {x + width, picture.rows}, wall, cv::FILLED);
    const int step = random.integer(5, 14);
    for (int y = top + 3; y < picture.rows; y += step) {
      for (int u = x + 2; u + step / 2 < x + width; u += step) {
        cv::rectangle(picture, {u, y}, {u + step / 2, y + step / 2}, near_colour(pane, 0.4, random),
                      cv::FILLED);
      }
    }
    x += width;
  }
}

void draw_plaid(cv::Mat& picture, RandomStream& random) {
  picture.setTo(any_colour(random));
  for (int i = random.integer(1, 5); i > 0; --i) {
    const PatternColour thread = any_colour(random);
    const int step = random.integer(6, 60), thick = random.integer(1, std::max(2, step / 2));
    const double mix = random.uniform(0.2, 1);
    const bool across = random.chance(0.5);
    cv::Mat woven = picture.clone();
    for (int k = random.integer(0, step); k < picture.cols; k += step) {
      if (across) {
        cv::line(woven, {0, k}, {picture.cols, k}, thread, thick);
      } else {
        cv::line(woven, {k, 0}, {k, picture.rows}, thread, thick);
      }
    }
    picture += mix * (woven - picture);
  }
}

}  // namespace portrait
