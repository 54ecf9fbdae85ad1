// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/video_writer.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/exporting/ffmpeg_handles.h"
#include "core/exporting/staged_file.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace portrait {
namespace {

std::vector<const AVCodec*> candidate_encoders(const std::string& wanted) {
  std::vector<const AVCodec*> found;
  if (!wanted.empty()) {
    if (const AVCodec* codec = avcodec_find_encoder_by_name(wanted.c_str())) found.push_back(codec);
    return found;
  }
  if (const AVCodec* codec = avcodec_find_encoder_by_name("libx264")) found.push_back(codec);
  void* position = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&position)) {
    if (av_codec_is_encoder(codec) != 0 && codec->id == AV_CODEC_ID_H264) found.push_back(codec);
  }
  return found;
}

CodecHandle try_encoder(const AVCodec* codec, const VideoOptions& options, int width, int height,
                        bool global_header) {
  CodecHandle context(avcodec_alloc_context3(codec));
  if (!context) return nullptr;
  context->width = width;
  context->height = height;
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->framerate = av_d2q(options.frames_per_second, 100000);
  context->time_base = av_inv_q(context->framerate);
  context->color_range = AVCOL_RANGE_MPEG;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  context->thread_count = pool_threads();
  if (global_header) context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  AVDictionary* settings = nullptr;
  if (av_opt_find2(context->priv_data, "crf", nullptr, 0, 0, nullptr) != nullptr) {
    av_dict_set_int(&settings, "crf", options.crf, 0);
  } else {
    // About 0.2 bits a pixel at crf 18, halved every six steps, as libx264's own rate does.
    context->bit_rate = std::int64_t(0.2 * std::exp2((18 - options.crf) / 6.0) * width * height *
                                     options.frames_per_second);
  }
  const int opened = avcodec_open2(context.get(), codec, &settings);
  av_dict_free(&settings);
  return opened < 0 ? nullptr : std::move(context);
}

CodecHandle open_encoder(const VideoOptions& options, int width, int height, bool global_header) {
  for (const AVCodec* codec : candidate_encoders(options.encoder)) {
    if (CodecHandle context = try_encoder(codec, options, width, height, global_header)) {
      return context;
    }
  }
  fail(ErrorCode::kUnsupported,
       "No H.264 encoder{} could be opened for {} x {} pixels: this FFmpeg was built without one. "
       "Install libavcodec with libx264 (Debian: libavcodec59), or export a PNG sequence",
       options.encoder.empty() ? "" : " \"" + options.encoder + "\"", width, height);
}

std::uint8_t to_byte(float value) {
  return std::uint8_t(std::lround(255 * std::clamp(value, 0.0F, 1.0F)));
}

}  // namespace

// Owns the muxer, the encoder and the staged file from the first frame on.
class VideoWriter::Encoder {
 public:
  Encoder(const std::filesystem::path& path, const VideoOptions& options, int width, int height)
      : staged_(path), options_(options), frame_width_(width), frame_height_(height) {
    av_log_set_level(AV_LOG_ERROR);
    const int even_width = (width + 1) / 2 * 2;
    const int even_height = (height + 1) / 2 * 2;
    avformat_alloc_output_context2(&muxer_, nullptr, "mp4", staged_.path().c_str());
    check(muxer_ != nullptr, ErrorCode::kUnsupported,
          "This FFmpeg cannot write MP4; export a PNG sequence");
    try {
      codec_ = open_encoder(options, even_width, even_height,
                            (muxer_->oformat->flags & AVFMT_GLOBALHEADER) != 0);
      begin_file();
      allocate_picture(even_width, even_height);
    } catch (...) {
      close();
      throw;
    }
  }

  ~Encoder() { close(); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  int frames() const { return frames_; }

  void add(const Image& frame) {
    check(frame.width == frame_width_ && frame.height == frame_height_, ErrorCode::kBadUsage,
          "Frame {} of the video is {} x {}, the first one was {} x {}; all must be of one size",
          frames_, frame.width, frame.height, frame_width_, frame_height_);
    fill_rgb(frame);
    require_ok(av_frame_make_writable(picture_.get()), "making room for a frame");
    const std::uint8_t* const planes[] = {rgb_.data()};
    const int strides[] = {3 * codec_->width};
    sws_scale(scaler_.get(), planes, strides, 0, codec_->height, picture_->data,
              picture_->linesize);
    picture_->pts = frames_++;
    encode(picture_.get());
  }

  void finish() {
    encode(nullptr);
    require_ok(av_write_trailer(muxer_), "finishing the file");
    require_ok(muxer_->pb->error, "writing");
    require_ok(avio_closep(&muxer_->pb), "closing the file");
    verify();
    staged_.commit();
  }

 private:
  void begin_file() {
    stream_ = avformat_new_stream(muxer_, nullptr);
    check(stream_ != nullptr, ErrorCode::kOutOfMemory, "No memory for a video stream");
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    require_ok(avcodec_parameters_from_context(stream_->codecpar, codec_.get()),
               "describing the stream");
    require_ok(avio_open(&muxer_->pb, staged_.path().c_str(), AVIO_FLAG_WRITE), "opening the file");
    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "movflags", "+faststart", 0);
    const int begun = avformat_write_header(muxer_, &settings);
    av_dict_free(&settings);
    require_ok(begun, "writing the header");
  }

  void allocate_picture(int width, int height) {
    packet_.reset(av_packet_alloc());
    picture_.reset(av_frame_alloc());
    scaler_.reset(sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P,
                                 SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr,
                                 nullptr, nullptr));
    check(packet_ && picture_ && scaler_, ErrorCode::kOutOfMemory,
          "No memory for a video of {} x {}", width, height);
    use_bt709(scaler_.get(), true);
    picture_->format = AV_PIX_FMT_YUV420P;
    picture_->width = width;
    picture_->height = height;
    require_ok(av_frame_get_buffer(picture_.get(), 0), "making room for a frame");
    rgb_.resize(std::size_t(width) * height * 3);
  }

  // Over the background, in bytes; the odd last column and row are repeated.
  void fill_rgb(const Image& frame) {
    std::uint8_t* out = rgb_.data();
    for (int y = 0; y < codec_->height; ++y) {
      for (int x = 0; x < codec_->width; ++x) {
        const float* p = frame.at(std::min(x, frame.width - 1), std::min(y, frame.height - 1));
        const float alpha = frame.channels == 4 ? std::clamp(p[3], 0.0F, 1.0F) : 1.0F;
        for (int c = 0; c < 3; ++c) {
          *out++ = to_byte(alpha * p[c] + (1 - alpha) * options_.background[c]);
        }
      }
    }
  }

  void encode(const AVFrame* frame) {
    require_ok(avcodec_send_frame(codec_.get(), frame), "encoding");
    for (;;) {
      const int received = avcodec_receive_packet(codec_.get(), packet_.get());
      if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) break;
      require_ok(received, "encoding");
      // Without it the last frame has no length in some players, and the file ends early.
      packet_->duration = 1;
      av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
      packet_->stream_index = stream_->index;
      require_ok(av_interleaved_write_frame(muxer_, packet_.get()), "writing");
      // The muxer hides what its buffered output met; a full disk must not wait for the end.
      require_ok(muxer_->pb->error, "writing");
    }
  }

  void verify() const {
    const VideoInfo info = inspect_video(staged_.path());
    const double expected_s = frames_ / options_.frames_per_second;
    check(info.frames == frames_ && info.width == codec_->width && info.height == codec_->height &&
              std::abs(info.duration_s - expected_s) <= 1 / options_.frames_per_second,
          ErrorCode::kIo,
          "The video reads back as {} frames of {} x {} in {:.3f} s instead of {} of {} x {} in "
          "{:.3f} s, so it was not kept; check the disk and export again",
          info.frames, info.width, info.height, info.duration_s, frames_, codec_->width,
          codec_->height, expected_s);
  }

  void require_ok(int code, const char* doing) const {
    if (code >= 0) return;
    fail_writing(staged_.target(), fmt::format("{} ({})", ffmpeg_reason(code), doing));
  }

  void close() {
    if (muxer_ == nullptr) return;
    if (muxer_->pb != nullptr) avio_closep(&muxer_->pb);
    avformat_free_context(muxer_);
    muxer_ = nullptr;
  }

  StagedFile staged_;
  VideoOptions options_;
  int frame_width_;
  int frame_height_;
  AVFormatContext* muxer_ = nullptr;
  AVStream* stream_ = nullptr;
  CodecHandle codec_;
  FrameHandle picture_;
  PacketHandle packet_;
  ScalerHandle scaler_;
  std::vector<std::uint8_t> rgb_;
  int frames_ = 0;
};

VideoWriter::VideoWriter(std::filesystem::path path, const VideoOptions& options)
    : path_(std::move(path)), options_(options) {
  check(options.frames_per_second >= 1 && options.frames_per_second <= 240, ErrorCode::kBadUsage,
        "A video needs 1 to 240 frames per second, found {}", options.frames_per_second);
  check(options.crf >= 0 && options.crf <= 51, ErrorCode::kBadUsage,
        "The video's crf must lie between 0 (lossless) and 51, found {}", options.crf);
}

VideoWriter::~VideoWriter() = default;

void VideoWriter::add(const Image& frame) {
  check(!frame.empty() && (frame.channels == 3 || frame.channels == 4), ErrorCode::kBadUsage,
        "A video frame needs 3 or 4 channels, found {} x {} with {}", frame.width, frame.height,
        frame.channels);
  if (!encoder_) {
    encoder_ = std::make_unique<Encoder>(path_, options_, frame.width, frame.height);
  }
  encoder_->add(frame);
}

int VideoWriter::frames() const {
  return encoder_ ? encoder_->frames() : 0;
}

void VideoWriter::finish() {
  check(encoder_ != nullptr, ErrorCode::kBadUsage,
        "The video \"{}\" has no frames, so it was not written", path_.string());
  encoder_->finish();
  encoder_.reset();
}

}  // namespace portrait
