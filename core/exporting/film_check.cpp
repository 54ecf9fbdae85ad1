// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/film_check.h"

#include "core/base/error.h"
#include "core/exporting/video_writer.h"
#include "core/image/colour.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Compression at its coarsest blurs outlines; a lost channel is opaque all over.
constexpr double kAlphaGap = 0.1;

double mean_gap(const Image& alpha, const Image& other) {
  double sum = 0;
  for (std::size_t i = 0; i < alpha.pixels.size(); ++i) {
    const float expected = std::clamp(alpha.pixels[i], 0.0F, 1.0F);
    sum += std::abs(double(expected) - double(other.pixels[i]));
  }
  return sum / double(std::max<std::size_t>(1, alpha.pixels.size()));
}

Image corner(const Image& image, int width, int height) {
  Image part(width, height, image.channels);
  for (int y = 0; y < height; ++y) {
    std::copy_n(image.at(0, y), std::ptrdiff_t(width) * image.channels, part.at(0, y));
  }
  return part;
}

}  // namespace

Image frame_alpha(const Image& frame) {
  return frame.channels == 4 ? channels_of(frame, 3, 1) : Image(frame.width, frame.height, 1, 1.0F);
}

void verify_film(const std::filesystem::path& path, const FilmPromise& promise) {
  const VideoInfo info = inspect_video(path);
  check(info.frames == promise.frames && info.width == promise.width &&
            info.height == promise.height &&
            std::abs(info.duration_s - promise.duration_s) <= promise.slack_s,
        ErrorCode::kIo,
        "The video reads back as {} frames of {} x {} in {:.3f} s instead of {} of {} x {} in "
        "{:.3f} s, so it was not kept; check the disk and export again",
        info.frames, info.width, info.height, info.duration_s, promise.frames, promise.width,
        promise.height, promise.duration_s);
  if (promise.first_alpha.empty()) return;
  const Image& alpha = promise.first_alpha;
  const Image first = corner(read_video_frame(path, 0), alpha.width, alpha.height);
  const double gap = info.alpha ? mean_gap(alpha, frame_alpha(first)) : 1;
  check(gap <= kAlphaGap, ErrorCode::kIo,
        "The alpha of the video's first frame reads back {:.2f} off on average, so it was not "
        "kept; export a PNG sequence instead",
        gap);
}

}  // namespace portrait
