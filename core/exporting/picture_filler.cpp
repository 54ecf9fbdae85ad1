// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/picture_filler.h"

#include "core/base/error.h"
#include "core/exporting/spread_colour.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

const float* clamped(const Image& frame, int x, int y) {
  return frame.at(std::min(x, frame.width - 1), std::min(y, frame.height - 1));
}

}  // namespace

std::uint8_t to_byte(float value) {
  return std::uint8_t(std::lround(255 * std::clamp(value, 0.0F, 1.0F)));
}

float over(const float* pixel, int channels, int channel, const Eigen::Vector3f& background) {
  const float alpha = channels == 4 ? std::clamp(pixel[3], 0.0F, 1.0F) : 1.0F;
  return alpha * pixel[channel] + (1 - alpha) * background[channel];
}

YuvPlanes::YuvPlanes(int width, int height)
    : width_(width),
      height_(height),
      scaler_(sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P,
                             SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr, nullptr,
                             nullptr)),
      // The scaler reads whole vectors, past the end of the last row.
      rgb_(std::size_t(width) * height * 3 + 64) {
  check(scaler_ != nullptr, ErrorCode::kOutOfMemory, "No memory for a video of {} x {}", width,
        height);
  use_bt709(scaler_.get(), true);
}

void YuvPlanes::convert(AVFrame& picture) const {
  // Four each: the scaler copies them all, whatever the format.
  const std::uint8_t* const planes[4] = {rgb_.data()};
  const int strides[4] = {3 * width_};
  sws_scale(scaler_.get(), planes, strides, 0, height_, picture.data, picture.linesize);
}

OpaqueFiller::OpaqueFiller(int width, int height, const Eigen::Vector3f& background)
    : planes_(width, height), background_(background) {}

void OpaqueFiller::fill(const Image& frame, AVFrame& picture) {
  std::uint8_t* out = planes_.rgb();
  for (int y = 0; y < planes_.height(); ++y) {
    for (int x = 0; x < planes_.width(); ++x) {
      const float* p = clamped(frame, x, y);
      for (int c = 0; c < 3; ++c) *out++ = to_byte(over(p, frame.channels, c, background_));
    }
  }
  planes_.convert(picture);
}

AlphaFiller::AlphaFiller(int width, int height) : planes_(width, height) {}

void AlphaFiller::fill(const Image& frame, AVFrame& picture) {
  const Image colour = spread_colour(frame);
  std::uint8_t* out = planes_.rgb();
  for (int y = 0; y < planes_.height(); ++y) {
    std::uint8_t* alpha = picture.data[3] + std::ptrdiff_t(y) * picture.linesize[3];
    for (int x = 0; x < planes_.width(); ++x) {
      for (int c = 0; c < 3; ++c) *out++ = to_byte(clamped(colour, x, y)[c]);
      alpha[x] = frame.channels == 4 ? to_byte(clamped(frame, x, y)[3]) : 255;
    }
  }
  planes_.convert(picture);
}

}  // namespace portrait
