// SPDX-License-Identifier: Apache-2.0
// For sources only: never included from a public header.
#pragma once

#include "core/base/image.h"

#include <opencv2/core.hpp>

namespace portrait {

// A view of the image's memory; the image must outlive it and is not to be written through it
// unless the caller owns it.
inline cv::Mat mat_view(const Image& image) {
  return cv::Mat(image.height, image.width, CV_32FC(image.channels),
                 const_cast<float*>(image.pixels.data()));
}

// A copy of a float matrix of any channel count.
inline Image image_of(const cv::Mat& mat) {
  Image image(mat.cols, mat.rows, mat.channels());
  cv::Mat target = mat_view(image);
  mat.convertTo(target, CV_MAKETYPE(CV_32F, mat.channels()));
  return image;
}

}  // namespace portrait
