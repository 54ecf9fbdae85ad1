// SPDX-License-Identifier: Apache-2.0
// For sources only: never included from a public header.
#pragma once

#include "core/exporting/video_writer.h"

#include <filesystem>
#include <memory>

namespace portrait {

// One film on its way into a file, from its first frame on. finish() checks the file and puts it
// in place; destroyed without it, it leaves nothing.
class FilmEncoder {
 public:
  explicit FilmEncoder(const Image& first) : width_(first.width), height_(first.height) {}
  virtual ~FilmEncoder() = default;
  FilmEncoder(const FilmEncoder&) = delete;
  FilmEncoder& operator=(const FilmEncoder&) = delete;

  int frames() const { return frames_; }
  // Throws kBadUsage (another size than the first one's), kIo.
  void add(const Image& frame);
  // Throws kIo.
  virtual void finish() = 0;

 protected:
  // `index` counts from 0.
  virtual void put(const Image& frame, int index) = 0;

 private:
  int width_;
  int height_;
  int frames_ = 0;
};

// The encoder that a path's extension asks for; `first` sets size and alpha and is not added.
// Throws kUnsupported (no such encoder), kIo.
std::unique_ptr<FilmEncoder> make_film_encoder(const std::filesystem::path& path,
                                               const VideoOptions& options, const Image& first);
std::unique_ptr<FilmEncoder> make_mp4_film(const std::filesystem::path& path,
                                           const VideoOptions& options, const Image& first);
std::unique_ptr<FilmEncoder> make_webm_film(const std::filesystem::path& path,
                                            const VideoOptions& options, const Image& first);
std::unique_ptr<FilmEncoder> make_gif_film(const std::filesystem::path& path,
                                           const VideoOptions& options, const Image& first);

// Throws kBadUsage when make_film_encoder would not know the extension.
void require_film_extension(const std::filesystem::path& path);

}  // namespace portrait
