// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/exporting/ffmpeg_handles.h"
#include "core/exporting/video_codecs.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <functional>
#include <vector>

namespace portrait {
namespace {

bool has_alpha(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  return format != nullptr && (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

// Decodes a file's video stream frame by frame.
class Decoder {
 public:
  explicit Decoder(const std::filesystem::path& path) : path_(path) {
    av_log_set_level(AV_LOG_ERROR);
    std::error_code ignored;
    check(std::filesystem::exists(path, ignored), ErrorCode::kNotFound,
          "There is no video \"{}\"; check the path", path.string());
    AVFormatContext* opened = nullptr;
    require(avformat_open_input(&opened, path.c_str(), nullptr, nullptr));
    input_.reset(opened);
    require(avformat_find_stream_info(opened, nullptr));
    const AVCodec* decoder = nullptr;
    stream_ = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
    require(stream_);
    const AVDictionaryEntry* alpha = av_dict_get(stream()->metadata, "alpha_mode", nullptr, 0);
    if (alpha != nullptr && stream()->codecpar->codec_id == AV_CODEC_ID_VP9 &&
        vp9_alpha_decoder() != nullptr) {
      decoder = vp9_alpha_decoder();
    }
    codec_.reset(avcodec_alloc_context3(decoder));
    require(avcodec_parameters_to_context(codec_.get(), stream()->codecpar));
    codec_->thread_count = pool_threads();
    require(avcodec_open2(codec_.get(), decoder, nullptr));
    packet_.reset(av_packet_alloc());
    frame_.reset(av_frame_alloc());
  }

  const AVStream* stream() const { return input_->streams[stream_]; }
  const AVCodecContext* codec() const { return codec_.get(); }
  // Matroska knows the length of the whole file only.
  double duration_s() const {
    return stream()->duration != AV_NOPTS_VALUE
               ? double(stream()->duration) * av_q2d(stream()->time_base)
               : double(input_->duration) / AV_TIME_BASE;
  }

  // Calls visit for every frame until it returns false.
  void run(const std::function<bool(const AVFrame&)>& visit) {
    for (bool more = true; more;) {
      const int read = av_read_frame(input_.get(), packet_.get());
      if (read == AVERROR_EOF) {
        more = false;
        require(avcodec_send_packet(codec_.get(), nullptr));
      } else {
        require(read);
        const bool ours = packet_->stream_index == stream_;
        const int sent = ours ? avcodec_send_packet(codec_.get(), packet_.get()) : 0;
        av_packet_unref(packet_.get());
        require(sent);
        if (!ours) continue;
      }
      for (;;) {
        const int received = avcodec_receive_frame(codec_.get(), frame_.get());
        if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) break;
        require(received);
        if (!visit(*frame_)) return;
      }
    }
  }

 private:
  void require(int code) const {
    check(code >= 0, ErrorCode::kCorrupt, "The video \"{}\" cannot be read: {}; export it again",
          path_.string(), ffmpeg_reason(code));
  }

  std::filesystem::path path_;
  InputHandle input_;
  CodecHandle codec_;
  PacketHandle packet_;
  FrameHandle frame_;
  int stream_ = -1;
};

Image image_of(const AVFrame& frame) {
  const int channels = has_alpha(frame) ? 4 : 3;
  const ScalerHandle scaler(sws_getContext(
      frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width,
      frame.height, channels == 4 ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24,
      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  check(scaler != nullptr, ErrorCode::kCorrupt, "A video frame of {} x {} cannot be converted",
        frame.width, frame.height);
  use_bt709(scaler.get(), false);
  // The scaler writes whole vectors: rows are padded so that it never runs past the end.
  const int stride = (channels * frame.width + 63) / 64 * 64;
  std::vector<std::uint8_t> bytes(std::size_t(stride) * frame.height + 64);
  // Four each: the scaler copies them all, whatever the format.
  std::uint8_t* const planes[4] = {bytes.data()};
  const int strides[4] = {stride};
  sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
  Image image(frame.width, frame.height, channels);
  for (int y = 0; y < frame.height; ++y) {
    for (int i = 0; i < channels * frame.width; ++i) {
      image.at(0, y)[i] = float(bytes[std::size_t(y) * stride + i]) / 255;
    }
  }
  return image;
}

}  // namespace

VideoInfo inspect_video(const std::filesystem::path& path) {
  Decoder decoder(path);
  VideoInfo info;
  info.codec = avcodec_get_name(decoder.codec()->codec_id);
  info.duration_s = decoder.duration_s();
  decoder.run([&](const AVFrame& frame) {
    info.width = frame.width;
    info.height = frame.height;
    info.alpha = has_alpha(frame);
    ++info.frames;
    return true;
  });
  return info;
}

Image read_video_frame(const std::filesystem::path& path, int index) {
  Decoder decoder(path);
  Image image;
  int at = 0;
  decoder.run([&](const AVFrame& frame) {
    if (at++ != index) return true;
    image = image_of(frame);
    return false;
  });
  check(!image.empty(), ErrorCode::kBadUsage, "The video \"{}\" has {} frames, none numbered {}",
        path.string(), at, index);
  return image;
}

}  // namespace portrait
