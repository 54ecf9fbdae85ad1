// SPDX-License-Identifier: Apache-2.0
#include "core/training/matting_patterns.h"

#include "core/image/cv_bridge.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace portrait {
namespace {

using Colour = cv::Scalar;

Colour any_colour(RandomStream& random) {
  const double value = random.uniform(0.03, 1);
  const double saturation = random.uniform() * random.uniform();
  Colour c;
  for (int k = 0; k < 3; ++k) c[k] = value * (1 - saturation * random.uniform());
  return c;
}

Colour near(const Colour& colour, double deviation, RandomStream& random) {
  const double light = random.normal(0, deviation);
  Colour c;
  for (int k = 0; k < 3; ++k) c[k] = colour[k] * std::exp(light + random.normal(0, deviation / 4));
  return c;
}

// Brown to yellow to grey: hair, skin, wood, stone.
Colour earthy(RandomStream& random) {
  const double value = random.uniform(0.05, 0.95);
  const double warm = random.uniform(0, 0.5);
  return {value, value * (1 - 0.6 * warm), value * (1 - warm)};
}

cv::Point point(double x, double y) { return {int(std::lround(x)), int(std::lround(y))}; }

cv::Point anywhere(RandomStream& random, int size) {
  return point(random.uniform(-0.1, 1.1) * size, random.uniform(-0.1, 1.1) * size);
}

void polygon(cv::Mat& picture, const std::vector<cv::Point>& corners, const Colour& colour) {
  cv::fillPoly(picture, std::vector<std::vector<cv::Point>>{corners}, colour, cv::LINE_8);
}

void gradient(cv::Mat& picture, RandomStream& random) {
  const Colour from = any_colour(random);
  const Colour to = random.chance(0.5) ? near(from, 0.3, random) : any_colour(random);
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

void bricks(cv::Mat& picture, RandomStream& random) {
  const Colour brick = any_colour(random);
  picture.setTo(near(brick, 0.6, random));
  const int height = random.integer(6, 34);
  const int width = int(height * random.uniform(0.8, 3.2));
  const int gap = random.integer(1, 1 + height / 8);
  const bool shifted = random.chance(0.6);
  const double spread = random.uniform(0.02, 0.25);
  for (int row = 0; row * height < picture.rows; ++row) {
    for (int x = shifted && row % 2 == 1 ? -width / 2 : 0; x < picture.cols; x += width) {
      cv::rectangle(picture, {x, row * height}, {x + width - 1 - gap, (row + 1) * height - 1 - gap},
                    near(brick, spread, random), cv::FILLED);
    }
  }
}

void text(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  for (int i = random.integer(1, 8); i > 0; --i) {
    const cv::Point at = anywhere(random, picture.cols);
    if (random.chance(0.5)) {
      cv::rectangle(picture, at, anywhere(random, picture.cols), any_colour(random), cv::FILLED);
    }
    const double scale = std::exp(random.uniform(-1.2, 1.4));
    const Colour ink = any_colour(random);
    for (int line = random.integer(1, 9); line > 0; --line) {
      std::string words;
      for (int k = random.integer(3, 24); k > 0; --k) words += char(random.integer(33, 122));
      cv::putText(picture, words, at + cv::Point(0, int(line * 26 * scale)),
                  random.integer(0, 7), scale, ink, 1 + int(scale * random.uniform(0.5, 3)),
                  cv::LINE_AA);
    }
  }
}

void foliage(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  const Colour leaf = random.chance(0.7)
                          ? Colour(random.uniform(0.1, 0.6), random.uniform(0.25, 0.7),
                                   random.uniform(0.02, 0.3))
                          : any_colour(random);
  const double length = random.uniform(2, 16);
  const double slim = random.uniform(0.2, 0.8);
  const int count = std::min(2500, int(picture.total() / (length * length * slim)));
  for (int i = 0; i < count; ++i) {
    cv::ellipse(picture, anywhere(random, picture.cols),
                cv::Size(1 + int(length * random.uniform(0.5, 1.5)),
                         1 + int(length * slim * random.uniform(0.5, 1.5))),
                random.uniform(0, 180), 0, 360, near(leaf, 0.4, random), cv::FILLED);
  }
}

void bokeh(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  picture *= random.uniform(0.1, 0.8);
  const double radius = random.uniform(3, 26);
  const Colour light = any_colour(random);
  for (int i = random.integer(8, 60); i > 0; --i) {
    cv::Mat disc = cv::Mat::zeros(picture.size(), picture.type());
    cv::circle(disc, anywhere(random, picture.cols), 1 + int(radius * random.uniform(0.6, 1.4)),
               random.chance(0.6) ? near(light, 0.3, random) : any_colour(random), cv::FILLED,
               cv::LINE_AA);
    picture += random.uniform(0.1, 0.9) * disc;
  }
}

void flag(cv::Mat& picture, RandomStream& random) {
  cv::Mat plain(picture.size(), picture.type());
  const std::array<Colour, 3> dye = {any_colour(random), any_colour(random), any_colour(random)};
  const int colours = random.integer(2, 3);
  const int band = random.integer(6, picture.rows / 3);
  const bool upright = random.chance(0.5);
  for (int i = 0; i * band < picture.rows; ++i) {
    const cv::Rect stripe = upright ? cv::Rect(i * band, 0, band, picture.rows)
                                    : cv::Rect(0, i * band, picture.cols, band);
    plain(stripe & cv::Rect({}, picture.size())).setTo(dye[std::size_t(i % colours)]);
  }
  if (random.chance(0.6)) {
    const cv::Rect field = cv::Rect(anywhere(random, picture.cols), anywhere(random, picture.cols)) &
                           cv::Rect({}, picture.size());
    plain(field).setTo(any_colour(random));
    const int step = random.integer(8, 30);
    const Colour star = any_colour(random);
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

void shelves(cv::Mat& picture, RandomStream& random) {
  picture.setTo(any_colour(random) * 0.4);
  const int board = random.integer(24, 90);
  const Colour wood = any_colour(random);
  for (int y = random.integer(0, board); y < picture.rows + board; y += board) {
    for (int x = 0; x < picture.cols;) {
      const int width = random.integer(3, 26);
      const int top = y - int(board * random.uniform(0.45, 0.95));
      if (random.chance(0.9)) {
        const Colour cover = any_colour(random);
        cv::rectangle(picture, {x, top}, {x + width, y}, cover, cv::FILLED);
        cv::line(picture, {x + width, top}, {x + width, y}, cover * 0.4);
      }
      x += width + 1;
    }
    cv::rectangle(picture, {0, y}, {picture.cols, y + random.integer(2, 6)}, wood, cv::FILLED);
  }
}

void window(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  picture += Colour::all(0.3);
  const Colour bar = any_colour(random) * random.uniform(0.1, 1);
  const int step = random.integer(30, 130);
  const int thick = random.integer(2, 14);
  for (int i = random.integer(0, step); i < picture.cols; i += step) {
    cv::line(picture, {i, 0}, {i, picture.rows}, bar, thick);
  }
  for (int i = random.integer(0, step); i < picture.rows; i += int(step * random.uniform(1, 2))) {
    cv::line(picture, {0, i}, {picture.cols, i}, bar, thick);
  }
}

void strands(cv::Mat& picture, RandomStream& random) {
  const Colour hair = earthy(random);
  picture.setTo(hair * 0.6);
  const double turn = random.uniform(0, CV_PI), curl = random.normal(0, 0.02);
  for (int i = 0; i < 900; ++i) {
    cv::Point2d p = anywhere(random, picture.cols);
    double angle = turn + random.normal(0, 0.15);
    std::vector<cv::Point> line;
    for (int k = 0; k < 8; ++k, angle += curl * 9) {
      line.push_back(point(p.x, p.y));
      p += 9.0 * cv::Point2d(std::cos(angle), std::sin(angle));
    }
    cv::polylines(picture, line, false, near(hair, 0.35, random), 1, cv::LINE_AA);
  }
}

void marbled(cv::Mat& picture, RandomStream& random) {
  const Colour first = earthy(random);
  const Colour second = random.chance(0.7) ? near(first, 0.4, random) : any_colour(random);
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

void solids(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  for (int i = random.integer(2, 9); i > 0; --i) {
    const cv::Point at = anywhere(random, picture.cols);
    const Colour colour = random.chance(0.4) ? Colour::all(random.uniform(0.5, 1))
                                             : any_colour(random);
    const double a = picture.cols * random.uniform(0.03, 0.35);
    const double b = random.chance(0.5) ? a : picture.cols * random.uniform(0.1, 1.2);
    const double turn = random.chance(0.6) ? 90 + random.normal(0, 6) : random.uniform(0, 180);
    for (int k = 0; k < 12; ++k) {  // lit from one side
      const double left = 1 - k / 12.0;
      cv::ellipse(picture, at - point(0.25 * a * (1 - left), 0.1 * a * (1 - left)),
                  cv::Size(1 + int(b * left), 1 + int(a * left)), turn, 0, 360,
                  colour * (0.45 + 0.05 * k), cv::FILLED, cv::LINE_AA);
    }
  }
}

void skyline(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  for (int x = 0; x < picture.cols;) {
    const int width = random.integer(14, 70);
    const int top = int(picture.rows * random.uniform(0.05, 0.8));
    const Colour wall = any_colour(random);
    const Colour pane = any_colour(random);
    cv::rectangle(picture, {x, top}, {x + width, picture.rows}, wall, cv::FILLED);
    const int step = random.integer(5, 14);
    for (int y = top + 3; y < picture.rows; y += step) {
      for (int u = x + 2; u + step / 2 < x + width; u += step) {
        cv::rectangle(picture, {u, y}, {u + step / 2, y + step / 2}, near(pane, 0.4, random),
                      cv::FILLED);
      }
    }
    x += width;
  }
}

void plaid(cv::Mat& picture, RandomStream& random) {
  picture.setTo(any_colour(random));
  for (int i = random.integer(1, 5); i > 0; --i) {
    const Colour thread = any_colour(random);
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

void rubble(cv::Mat& picture, RandomStream& random) {
  gradient(picture, random);
  const double reach = picture.cols * random.uniform(0.05, 0.5);
  for (int i = random.integer(5, 120); i > 0; --i) {
    const cv::Point at = anywhere(random, picture.cols);
    std::vector<cv::Point> corners;
    for (int k = random.integer(3, 6); k > 0; --k) {
      corners.push_back(at + point(random.normal(0, reach), random.normal(0, reach)));
    }
    polygon(picture, corners, any_colour(random));
  }
}

}  // namespace

Image draw_pattern(Pattern pattern, RandomStream& random, int size) {
  static constexpr std::array<void (*)(cv::Mat&, RandomStream&), kPatternCount> kPainters = {
      gradient, bricks, text,    foliage, bokeh,   flag,  shelves,
      window,   strands, marbled, solids,  skyline, plaid, rubble};
  Image image(size, size, 3);
  cv::Mat picture = mat_view(image);
  kPainters[std::size_t(pattern)](picture, random);
  for (float& v : image.pixels) v = std::clamp(v, 0.0F, 1.0F);
  return image;
}

}  // namespace portrait
