// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/contact_sheet.h"

#include "core/base/error.h"
#include "core/image/cv_bridge.h"
#include "core/image/resample.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

const cv::Scalar kSheet(0x16 / 255.0, 0x18 / 255.0, 0x1C / 255.0);
const cv::Scalar kTextBytes(0xE8, 0xEA, 0xEE);
constexpr float kCell[3] = {0x1E / 255.0F, 0x21 / 255.0F, 0x26 / 255.0F};
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr int kLabelHeight = 24;
constexpr int kTitleHeight = 36;
constexpr double kLabelScale = 0.42;
constexpr double kTitleScale = 0.62;

Image over_cell(const Image& picture) {
  Image rgb(picture.width, picture.height, 3);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const float* p = picture.at(x, y);
      const float alpha = picture.channels == 4 ? std::clamp(p[3], 0.0F, 1.0F) : 1.0F;
      for (int c = 0; c < 3; ++c) {
        rgb.at(x, y)[c] = alpha * std::clamp(p[c], 0.0F, 1.0F) + (1 - alpha) * kCell[c];
      }
    }
  }
  return rgb;
}

Image fitted(const Image& picture, int cell) {
  const double scale = double(cell) / std::max(picture.width, picture.height);
  const int width = std::clamp(int(std::lround(picture.width * scale)), 1, cell);
  const int height = std::clamp(int(std::lround(picture.height * scale)), 1, cell);
  const Image rgb = over_cell(picture);
  if (width == rgb.width && height == rgb.height) return rgb;
  return resize(rgb, width, height);
}

std::string shortened(std::string label, double scale, int room) {
  const auto width = [&](const std::string& text) {
    int baseline = 0;
    return cv::getTextSize(text, kFont, scale, 1, &baseline).width;
  };
  if (width(label) <= room) return label;
  while (!label.empty() && width(label + "...") > room) label.pop_back();
  return label + "...";
}

// Text in a line of the given top and height, its capitals centred on the line.
void draw_text(cv::Mat& sheet, const std::string& text, double scale, cv::Rect line) {
  const std::string shown = shortened(text, scale, line.width);
  const int capital = cv::getTextSize("H", kFont, scale, 1, nullptr).height;
  cv::putText(sheet, shown, {line.x, line.y + (line.height + capital) / 2}, kFont, scale,
              kTextBytes, 1, cv::LINE_AA);
}

}  // namespace

Image contact_sheet(const std::vector<LabelledImage>& pictures,
                    const ContactSheetOptions& options) {
  check(!pictures.empty(), ErrorCode::kBadUsage, "A contact sheet needs at least one picture");
  check(options.columns >= 1 && options.cell_size >= 16 && options.gap >= 0, ErrorCode::kBadUsage,
        "A contact sheet needs at least one column and cells of 16 pixels, found {} and {}",
        options.columns, options.cell_size);
  const int count = int(pictures.size());
  const int columns = std::min(options.columns, count);
  const int rows = (count + columns - 1) / columns;
  const int step_x = options.cell_size + options.gap;
  const int step_y = options.cell_size + kLabelHeight + options.gap;
  const int top = options.gap + (options.title.empty() ? 0 : kTitleHeight);
  Image sheet(options.gap + columns * step_x, top + rows * step_y, 3);
  cv::Mat canvas = mat_view(sheet);
  canvas.setTo(kSheet);
  // Letters are drawn in bytes: OpenCV smooths their edges in no other depth.
  cv::Mat letters;
  canvas.convertTo(letters, CV_8UC3, 255);
  if (!options.title.empty()) {
    draw_text(letters, options.title, kTitleScale,
              {options.gap, options.gap / 2, sheet.width - 2 * options.gap, kTitleHeight});
  }
  for (int i = 0; i < count; ++i) {
    const int x = options.gap + i % columns * step_x;
    const int y = top + i / columns * step_y;
    draw_text(letters, pictures[i].label, kLabelScale,
              {x, y + options.cell_size, options.cell_size, kLabelHeight});
  }
  letters.convertTo(canvas, CV_32FC3, 1.0 / 255);
  for (int i = 0; i < count; ++i) {
    const Image& picture = pictures[i].image;
    check(!picture.empty() && picture.channels >= 3, ErrorCode::kBadUsage,
          "Picture {} of the contact sheet (\"{}\") is empty or has no colours", i,
          pictures[i].label);
    const Image small = fitted(picture, options.cell_size);
    const int x = options.gap + i % columns * step_x + (options.cell_size - small.width) / 2;
    const int y = top + i / columns * step_y + (options.cell_size - small.height) / 2;
    for (int row = 0; row < small.height; ++row) {
      std::copy_n(small.at(0, row), 3 * small.width, sheet.at(x, y + row));
    }
  }
  return sheet;
}

}  // namespace portrait
