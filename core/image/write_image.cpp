// SPDX-License-Identifier: Apache-2.0
#include "core/image/write_image.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/cv_bridge.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <span>

namespace portrait {
namespace {

std::string encode(const std::string& extension, const Image& image, const WriteOptions& options) {
  const bool jpeg = extension == ".jpg" || extension == ".jpeg";
  const bool deep = extension == ".png" || extension == ".tif" || extension == ".tiff";
  check(jpeg || deep || extension == ".webp", ErrorCode::kBadUsage,
        "Pictures are written as .png, .jpg, .webp or .tif, not as \"{}\"", extension);
  check(!image.empty(), ErrorCode::kBadUsage, "There is no picture to write: it is empty");
  check(image.channels == 1 || image.channels == 3 || image.channels == 4, ErrorCode::kBadUsage,
        "A picture has 1, 3 or 4 channels; this one has {}", image.channels);
  check(options.bits == 8 || (options.bits == 16 && deep), ErrorCode::kBadUsage,
        "{} bits per channel cannot be written as {}: use 8, or 16 with .png or .tif",
        options.bits, extension);
  cv::Mat mat;
  // convertTo rounds and saturates.
  mat_view(image).convertTo(mat, options.bits == 16 ? CV_16U : CV_8U,
                            options.bits == 16 ? 65535.0 : 255.0);
  if (image.channels == 3) {
    cv::cvtColor(mat, mat, cv::COLOR_RGB2BGR);
  } else if (image.channels == 4) {
    cv::cvtColor(mat, mat, jpeg ? cv::COLOR_RGBA2BGR : cv::COLOR_RGBA2BGRA);
  }
  std::vector<int> parameters;
  if (jpeg) parameters = {cv::IMWRITE_JPEG_QUALITY, options.jpeg_quality};
  if (extension == ".png") parameters = {cv::IMWRITE_PNG_COMPRESSION, options.png_compression};
  if (extension == ".webp") {
    // Above 100 OpenCV writes WebP's lossless kind.
    parameters = {cv::IMWRITE_WEBP_QUALITY, options.webp_quality > 0 ? options.webp_quality : 101};
  }
  std::vector<std::uint8_t> bytes;
  try {
    check(cv::imencode(extension, mat, bytes, parameters), ErrorCode::kIo,
          "Encoding a {}x{} picture as {} failed", image.width, image.height, extension);
  } catch (const cv::Exception& problem) {
    fail(ErrorCode::kIo, "Encoding a {}x{} picture as {} failed: {}", image.width, image.height,
         extension, problem.err);
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace

void write_image(const std::filesystem::path& path, const Image& image,
                 const WriteOptions& options) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  const std::string bytes = encode(extension, image, options);
  write_file(path, std::as_bytes(std::span(bytes)));
}

std::string encode_png(const Image& image, const WriteOptions& options) {
  return encode(".png", image, options);
}

std::string encode_jpeg(const Image& image, int quality) {
  WriteOptions options;
  options.jpeg_quality = quality;
  return encode(".jpg", image, options);
}

}  // namespace portrait
