// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/video_muxer.h"

#include "core/base/error.h"

#include <utility>

namespace portrait {

VideoMuxer::VideoMuxer(const std::filesystem::path& path, const char* container) : staged_(path) {
  av_log_set_level(AV_LOG_ERROR);
  AVFormatContext* opened = nullptr;
  avformat_alloc_output_context2(&opened, nullptr, container, staged_.path().c_str());
  check(opened != nullptr, ErrorCode::kUnsupported,
        "This FFmpeg cannot write {} files; export a PNG sequence", container);
  muxer_.reset(opened);
}

bool VideoMuxer::wants_global_header() const {
  return (muxer_->oformat->flags & AVFMT_GLOBALHEADER) != 0;
}

void VideoMuxer::begin(CodecHandle codec, const std::map<std::string, std::string>& settings) {
  codec_ = std::move(codec);
  packet_.reset(av_packet_alloc());
  stream_ = avformat_new_stream(muxer_.get(), nullptr);
  check(packet_ != nullptr && stream_ != nullptr, ErrorCode::kOutOfMemory,
        "No memory for a video stream");
  stream_->time_base = codec_->time_base;
  stream_->avg_frame_rate = codec_->framerate;
  require_ok(avcodec_parameters_from_context(stream_->codecpar, codec_.get()),
             "describing the stream");
  require_ok(avio_open(&muxer_->pb, staged_.path().c_str(), AVIO_FLAG_WRITE), "opening the file");
  AVDictionary* dictionary = nullptr;
  for (const auto& [name, value] : settings) {
    av_dict_set(&dictionary, name.c_str(), value.c_str(), 0);
  }
  const int begun = avformat_write_header(muxer_.get(), &dictionary);
  av_dict_free(&dictionary);
  require_ok(begun, "writing the header");
}

void VideoMuxer::encode(const AVFrame* picture) {
  require_ok(avcodec_send_frame(codec_.get(), picture), "encoding");
  for (;;) {
    const int received = avcodec_receive_packet(codec_.get(), packet_.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) break;
    require_ok(received, "encoding");
    // Without it the last frame has no length in some players, and the file ends early.
    packet_->duration = 1;
    av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
    packet_->stream_index = stream_->index;
    require_ok(av_interleaved_write_frame(muxer_.get(), packet_.get()), "writing");
    // The muxer hides what its buffered output met; a full disk must not wait for the end.
    require_ok(muxer_->pb->error, "writing");
  }
}

void VideoMuxer::end() {
  encode(nullptr);
  require_ok(av_write_trailer(muxer_.get()), "finishing the file");
  require_ok(muxer_->pb->error, "writing");
  require_ok(avio_closep(&muxer_->pb), "closing the file");
}

void VideoMuxer::require_ok(int code, const char* doing) const {
  if (code >= 0) return;
  fail_writing(staged_.target(), fmt::format("{} ({})", ffmpeg_reason(code), doing));
}

FrameHandle make_picture(const AVCodecContext& codec) {
  FrameHandle picture(av_frame_alloc());
  if (picture) {
    picture->format = codec.pix_fmt;
    picture->width = codec.width;
    picture->height = codec.height;
  }
  check(picture && av_frame_get_buffer(picture.get(), 0) >= 0, ErrorCode::kOutOfMemory,
        "No memory for a video of {} x {}", codec.width, codec.height);
  return picture;
}

}  // namespace portrait
