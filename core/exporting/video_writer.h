// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <Eigen/Core>

#include <filesystem>
#include <memory>
#include <string>

namespace portrait {

struct VideoOptions {
  double frames_per_second = 30;  // 1 to 240; a GIF shows 50 at most
  // 0 (lossless) to 51 as libx264 counts it, brought to libvpx's own scale for VP9; encoders
  // without it get a bit rate of like quality. A GIF has none.
  int crf = 18;
  std::string encoder{};  // an FFmpeg encoder by name, not for GIF; empty: the best one there is
  // What shows through frames with alpha where the film has none, sRGB-encoded.
  Eigen::Vector3f background{0.086F, 0.094F, 0.110F};
};

class FilmEncoder;

// A film in the container that the path's extension (in either case) names:
//   .mp4   H.264 (libx264 when the build of FFmpeg has it, any other H.264 encoder else),
//          yuv420p, BT.709, index at the front; over the background.
//   .webm  VP9, BT.709; yuva420p with straight alpha when the first frame has four channels,
//          yuv420p over the background else.
//   .gif   one palette for the whole film (255 colours and a clear one), ordered dither, loops
//          for ever. Clear below an alpha of one half when the first frame has four channels,
//          over the background else; of a frame without any clear pixel, in a film that has
//          alpha, the first pixel is cleared. Times are whole hundredths of a second, rounded so
//          that the film as a whole lasts as long as it should; players know no more than 50
//          frames per second, so a faster film plays slower. Frames wait in memory (4 bytes a
//          pixel, 2 GiB at most) until finish(), which does all the work.
// Frames come one by one; the first one sets the size, of which odd ones are extended by one
// pixel except in a GIF. The file is written beside its target and renamed by finish(), which
// reads it back and checks frame count, size, duration and the first frame's alpha; a writer that
// is destroyed without finish() leaves nothing behind and what existed untouched.
// Throws kUnsupported (no encoder: says which package has one), kBadUsage (another extension, a
// frame of another size, no frames, a GIF of too many), kIo.
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
  std::filesystem::path path_;
  VideoOptions options_;
  std::unique_ptr<FilmEncoder> encoder_;
};

struct VideoInfo {
  int width = 0;
  int height = 0;
  int frames = 0;  // counted by decoding
  double duration_s = 0;
  std::string codec;
  bool alpha = false;  // the frames have an alpha channel; those of a GIF always do
};

// Decodes the whole file. Throws kNotFound, kCorrupt.
VideoInfo inspect_video(const std::filesystem::path& path);

// One decoded frame, RGB, or RGBA (straight) where the file has alpha. Throws kNotFound, kCorrupt,
// kBadUsage (no such frame).
Image read_video_frame(const std::filesystem::path& path, int index);

}  // namespace portrait
