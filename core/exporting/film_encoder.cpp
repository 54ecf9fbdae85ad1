// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/film_encoder.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace portrait {
namespace {

struct Kind {
  const char* extension;
  std::unique_ptr<FilmEncoder> (*make)(const std::filesystem::path&, const VideoOptions&,
                                       const Image&);
};

const Kind& kind_of(const std::filesystem::path& path) {
  static constexpr std::array<Kind, 3> kKinds{
      {{".mp4", make_mp4_film}, {".webm", make_webm_film}, {".gif", make_gif_film}}};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  for (const Kind& kind : kKinds) {
    if (extension == kind.extension) return kind;
  }
  fail(ErrorCode::kBadUsage,
       "The video \"{}\" ends in \"{}\"; name it .mp4, .webm (keeps alpha) or .gif", path.string(),
       extension);
}

}  // namespace

void FilmEncoder::add(const Image& frame) {
  check(frame.width == width_ && frame.height == height_, ErrorCode::kBadUsage,
        "Frame {} of the video is {} x {}, the first one was {} x {}; all must be of one size",
        frames_, frame.width, frame.height, width_, height_);
  put(frame, frames_);
  ++frames_;
}

std::unique_ptr<FilmEncoder> make_film_encoder(const std::filesystem::path& path,
                                               const VideoOptions& options, const Image& first) {
  return kind_of(path).make(path, options, first);
}

void require_film_extension(const std::filesystem::path& path) {
  kind_of(path);
}

}  // namespace portrait
