// SPDX-License-Identifier: Apache-2.0
#include "core/training/matting_patterns.h"

#include "core/image/cv_bridge.h"
#include "core/training/pattern_painters.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {

PatternColour any_colour(RandomStream& random) {
  const double value = random.uniform(0.03, 1);
  const double saturation = random.uniform() * random.uniform();
  PatternColour c;
  for (int k = 0; k < 3; ++k) c[k] = value * (1 - saturation * random.uniform());
  return c;
}

PatternColour near_colour(const PatternColour& colour, double deviation, RandomStream& random) {
  const double light = random.normal(0, deviation);
  PatternColour c;
  for (int k = 0; k < 3; ++k) c[k] = colour[k] * std::exp(light + random.normal(0, deviation / 4));
  return c;
}

PatternColour earthy_colour(RandomStream& random) {
  const double value = random.uniform(0.05, 0.95);
  const double warm = random.uniform(0, 0.5);
  return {value, value * (1 - 0.6 * warm), value * (1 - warm)};
}

cv::Point rounded_point(double x, double y) {
  return {int(std::lround(x)), int(std::lround(y))};
}

cv::Point point_anywhere(RandomStream& random, int size) {
  return rounded_point(random.uniform(-0.1, 1.1) * size, random.uniform(-0.1, 1.1) * size);
}

void fill_polygon(cv::Mat& picture, const std::vector<cv::Point>& corners,
                  const PatternColour& colour) {
  cv::fillPoly(picture, std::vector<std::vector<cv::Point>>{corners}, colour, cv::LINE_8);
}

Image draw_pattern(Pattern pattern, RandomStream& random, int size) {
  static constexpr std::array<void (*)(cv::Mat&, RandomStream&), kPatternCount> kPainters = {
      draw_gradient, draw_bricks,  draw_text,   draw_foliage, draw_bokeh,
      draw_flag,     draw_shelves, draw_window, draw_strands, draw_marbled,
      draw_solids,   draw_skyline, draw_plaid,  draw_rubble};
  Image image(size, size, 3);
  cv::Mat picture = mat_view(image);
  kPainters[std::size_t(pattern)](picture, random);
  for (float& v : image.pixels) v = std::clamp(v, 0.0F, 1.0F);
  return image;
}

}  // namespace portrait
