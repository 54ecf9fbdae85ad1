// SPDX-License-Identifier: Apache-2.0
// For sources only: never included from a public header.
#pragma once

#include "core/exporting/ffmpeg_handles.h"
#include "core/exporting/staged_file.h"

#include <filesystem>
#include <map>
#include <string>

namespace portrait {

// One video stream on its way into a staged file. begin(), encode() for every picture, end(), and
// commit() once the file has been checked; without it nothing stays. All throw kIo.
class VideoMuxer {
 public:
  // container: FFmpeg's name for it. Throws kUnsupported when this FFmpeg cannot write it.
  VideoMuxer(const std::filesystem::path& path, const char* container);

  bool wants_global_header() const;
  // codec: opened. settings: the container's own and FFmpeg's general ones.
  void begin(CodecHandle codec, const std::map<std::string, std::string>& settings);
  // picture: its pts in time bases of the codec; null hands over what the encoder holds back.
  void encode(const AVFrame* picture);
  void end();
  void commit() { staged_.commit(); }

  const std::filesystem::path& staged_path() const { return staged_.path(); }
  const AVCodecContext& codec() const { return *codec_; }
  // Throws kIo naming the target when `code` is one of FFmpeg's errors.
  void require_ok(int code, const char* doing) const;

 private:
  StagedFile staged_;
  OutputHandle muxer_;
  AVStream* stream_ = nullptr;
  CodecHandle codec_;
  PacketHandle packet_;
};

// A picture of the codec's size and format with room for its pixels. Throws kOutOfMemory.
FrameHandle make_picture(const AVCodecContext& codec);

}  // namespace portrait
