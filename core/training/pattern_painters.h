// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"

#include <opencv2/core.hpp>

#include <vector>

namespace portrait {

// What matting_patterns.h draws, kind by kind: each fills a CV_32FC3 picture, sRGB in [0, 1] and a
// little beyond. OpenCV stays behind the sources that include this.
using PatternPainter = void(cv::Mat& picture, RandomStream& random);

// Made by people (pattern_built.cpp).
PatternPainter draw_bricks, draw_text, draw_flag, draw_shelves, draw_window, draw_skyline,
    draw_plaid;

// The others (pattern_natural.cpp).
PatternPainter draw_gradient, draw_foliage, draw_bokeh, draw_strands, draw_marbled, draw_solids,
    draw_rubble;

using PatternColour = cv::Scalar;

PatternColour any_colour(RandomStream& random);
PatternColour near_colour(const PatternColour& colour, double deviation, RandomStream& random);
// Brown to yellow to grey: hair, skin, wood, stone.
PatternColour earthy_colour(RandomStream& random);
cv::Point rounded_point(double x, double y);
// Of a picture of that size and a little round it.
cv::Point point_anywhere(RandomStream& random, int size);
void fill_polygon(cv::Mat& picture, const std::vector<cv::Point>& corners,
                  const PatternColour& colour);

}  // namespace portrait
