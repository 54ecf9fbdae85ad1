// SPDX-License-Identifier: Apache-2.0
// For sources only: never included from a public header.
#pragma once

#include "core/base/image.h"
#include "core/exporting/ffmpeg_handles.h"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace portrait {

// A level of 0 to 255 for a value in [0, 1]; values outside are clamped.
std::uint8_t to_byte(float value);

// A colour channel over a background where the frame has alpha.
float over(const float* pixel, int channels, int channel, const Eigen::Vector3f& background);

// Brings frames into the pixel format of an encoder. The picture may be larger than the frame:
// the last column and row are then repeated.
class PictureFiller {
 public:
  virtual ~PictureFiller() = default;
  // picture: writable.
  virtual void fill(const Image& frame, AVFrame& picture) = 0;
};

// Full-range RGB bytes to the three planes of limited-range BT.709 4:2:0.
class YuvPlanes {
 public:
  // Size of the picture in pixels. Throws kOutOfMemory.
  YuvPlanes(int width, int height);
  int width() const { return width_; }
  int height() const { return height_; }
  std::uint8_t* rgb() { return rgb_.data(); }  // 3 bytes a pixel, rows without padding
  void convert(AVFrame& picture) const;

 private:
  int width_;
  int height_;
  ScalerHandle scaler_;
  std::vector<std::uint8_t> rgb_;
};

// YUV420P: what is clear in a frame shows the background.
class OpaqueFiller : public PictureFiller {
 public:
  OpaqueFiller(int width, int height, const Eigen::Vector3f& background);
  void fill(const Image& frame, AVFrame& picture) override;

 private:
  YuvPlanes planes_;
  Eigen::Vector3f background_;
};

// YUVA420P: colour as it is beside alpha. Where alpha is 0 the colour is that of what is near, so
// that neither coarse chroma nor compression draws a dark seam along the outline.
class AlphaFiller : public PictureFiller {
 public:
  AlphaFiller(int width, int height);
  void fill(const Image& frame, AVFrame& picture) override;

 private:
  YuvPlanes planes_;
};

}  // namespace portrait
