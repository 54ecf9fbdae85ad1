// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <Eigen/Core>

#include <filesystem>
#include <memory>
#include <string>

namespace portrait {

struct VideoOptions {
  double frames_per_second = 30;
  int crf = 18;           // 0 (lossless) to 51; encoders without it get a bit rate of like quality
  std::string encoder{};  // an FFmpeg encoder by name; empty: the best one there is
  // What shows through frames with alpha, sRGB-encoded.
  Eigen::Vector3f background{0.086F, 0.094F, 0.110F};
};

// An MP4 with H.264 (libx264 when the build of FFmpeg has it, any other H.264 encoder else),
// yuv420p, BT.709, index at the front. Frames come one by one; the first one sets the size, odd
// sizes are extended by one pixel. The file is written beside its target and renamed by
// finish(), which reads it back and checks frame count, size and duration; a writer that is
// destroyed without finish() leaves nothing behind and what existed untouched.
// Throws kUnsupported (no encoder: says which package has one), kBadUsage (a frame of another
// size, no frames), kIo.
class VideoWriter {
 public:
  VideoWriter(std::filesystem::path path, const VideoOptions& options = {});
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;

  // frame: RGB or RGBA, sRGB-encoded [0, 1].
  void add(const Image& frame);
  int frames() const;
  void finish();

 private:
  class Encoder;
  std::filesystem::path path_;
  VideoOptions options_;
  std::unique_ptr<Encoder> encoder_;
};

struct VideoInfo {
  int width = 0;
  int height = 0;
  int frames = 0;  // counted by decoding
  double duration_s = 0;
  std::string codec;
};

// Decodes the whole file. Throws kNotFound, kCorrupt.
VideoInfo inspect_video(const std::filesystem::path& path);

// One decoded frame, RGB. Throws kNotFound, kCorrupt, kBadUsage (no such frame).
Image read_video_frame(const std::filesystem::path& path, int index);

}  // namespace portrait
