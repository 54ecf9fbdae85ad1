// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/video_codecs.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace portrait {
namespace {

// The best one first, then whatever else encodes `id`; `wanted` alone when it is not empty.
std::vector<const AVCodec*> candidate_encoders(const std::string& wanted, const char* best,
                                               AVCodecID id) {
  std::vector<const AVCodec*> found;
  if (!wanted.empty()) {
    if (const AVCodec* codec = avcodec_find_encoder_by_name(wanted.c_str())) found.push_back(codec);
    return found;
  }
  if (const AVCodec* codec = avcodec_find_encoder_by_name(best)) found.push_back(codec);
  void* position = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&position)) {
    if (av_codec_is_encoder(codec) != 0 && codec->id == id) found.push_back(codec);
  }
  return found;
}

CodecHandle describe(const AVCodec* codec, AVPixelFormat format, int width, int height,
                     AVRational time_base) {
  CodecHandle context(avcodec_alloc_context3(codec));
  check(context != nullptr, ErrorCode::kOutOfMemory, "No memory for a video encoder");
  context->width = width;
  context->height = height;
  context->pix_fmt = format;
  context->time_base = time_base;
  context->thread_count = pool_threads();
  return context;
}

CodecHandle describe_yuv(const AVCodec* codec, AVPixelFormat format, int width, int height,
                         const VideoOptions& options) {
  const AVRational rate = av_d2q(options.frames_per_second, 100000);
  CodecHandle context = describe(codec, format, width, height, av_inv_q(rate));
  context->framerate = rate;
  context->color_range = AVCOL_RANGE_MPEG;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  return context;
}

CodecHandle open(CodecHandle context, const AVCodec* codec, AVDictionary* settings) {
  const int opened = avcodec_open2(context.get(), codec, &settings);
  av_dict_free(&settings);
  return opened < 0 ? nullptr : std::move(context);
}

bool has_setting(const CodecHandle& context, const char* name) {
  return context->codec->priv_class != nullptr &&
         av_opt_find2(context->priv_data, name, nullptr, 0, 0, nullptr) != nullptr;
}

// `per_pixel` bits at crf 18, halved every six steps, as libx264's own rate does.
std::int64_t bit_rate_like(double per_pixel, const VideoOptions& options, int width, int height) {
  return std::int64_t(per_pixel * std::exp2((18 - options.crf) / 6.0) * width * height *
                      options.frames_per_second);
}

CodecHandle try_h264(const AVCodec* codec, const VideoOptions& options, int width, int height,
                     bool global_header) {
  CodecHandle context = describe_yuv(codec, AV_PIX_FMT_YUV420P, width, height, options);
  if (global_header) context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  AVDictionary* settings = nullptr;
  if (has_setting(context, "crf")) {
    av_dict_set_int(&settings, "crf", options.crf, 0);
  } else {
    context->bit_rate = bit_rate_like(0.2, options, width, height);
  }
  return open(std::move(context), codec, settings);
}

CodecHandle try_vp9(const AVCodec* codec, const VideoOptions& options, int width, int height,
                    bool alpha) {
  CodecHandle context =
      describe_yuv(codec, alpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P, width, height, options);
  AVDictionary* settings = nullptr;
  if (has_setting(context, "crf")) {
    // libvpx counts quality to 63 where libx264 counts to 51; without a rate it is the quality
    // alone that decides.
    context->bit_rate = 0;
    av_dict_set_int(&settings, "crf", std::lround(options.crf * 63 / 51.0), 0);
    if (options.crf == 0) av_dict_set_int(&settings, "lossless", 1, 0);
    av_dict_set(&settings, "deadline", "good", 0);
    av_dict_set_int(&settings, "cpu-used", 4, 0);
    av_dict_set_int(&settings, "row-mt", 1, 0);
    // A single thread gives other bytes than two or more, which all give the same.
    context->thread_count = std::max(2, context->thread_count);
    // Hidden frames have no alpha of their own: libvpx refuses the two together.
    if (alpha) av_dict_set_int(&settings, "auto-alt-ref", 0, 0);
  } else {
    context->bit_rate = bit_rate_like(0.15, options, width, height);
  }
  return open(std::move(context), codec, settings);
}

std::string quoted(const std::string& encoder) {
  return encoder.empty() ? "" : " \"" + encoder + "\"";
}

}  // namespace

CodecHandle open_h264(const VideoOptions& options, int width, int height, bool global_header) {
  for (const AVCodec* codec : candidate_encoders(options.encoder, "libx264", AV_CODEC_ID_H264)) {
    if (CodecHandle context = try_h264(codec, options, width, height, global_header)) {
      return context;
    }
  }
  fail(ErrorCode::kUnsupported,
       "No H.264 encoder{} could be opened for {} x {} pixels: this FFmpeg was built without one. "
       "Install libavcodec with libx264 (Debian: libavcodec59), or export a PNG sequence",
       quoted(options.encoder), width, height);
}

CodecHandle open_vp9(const VideoOptions& options, int width, int height, bool alpha) {
  // What cannot be read back cannot be checked either.
  if (!alpha || vp9_alpha_decoder() != nullptr) {
    for (const AVCodec* codec :
         candidate_encoders(options.encoder, "libvpx-vp9", AV_CODEC_ID_VP9)) {
      if (codec->id != AV_CODEC_ID_VP9) continue;
      if (CodecHandle context = try_vp9(codec, options, width, height, alpha)) return context;
    }
  }
  fail(ErrorCode::kUnsupported,
       "No VP9 encoder{}{} could be opened for {} x {} pixels: this FFmpeg was built without one. "
       "Install libavcodec with libvpx (Debian: libavcodec59), or export a PNG sequence",
       quoted(options.encoder), alpha ? " with alpha" : "", width, height);
}

CodecHandle open_gif(int width, int height, bool alpha) {
  if (const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_GIF)) {
    CodecHandle context = describe(codec, AV_PIX_FMT_PAL8, width, height, AVRational{1, 100});
    AVDictionary* settings = nullptr;
    // A frame that only says what changed cannot make a pixel clear again.
    if (alpha) av_dict_set(&settings, "gifflags", "0", 0);
    if (CodecHandle opened = open(std::move(context), codec, settings)) return opened;
  }
  fail(ErrorCode::kUnsupported,
       "No GIF encoder could be opened for {} x {} pixels: this FFmpeg was built without one. "
       "Install the whole libavcodec (Debian: libavcodec59), or export a PNG sequence",
       width, height);
}

const AVCodec* vp9_alpha_decoder() {
  return avcodec_find_decoder_by_name("libvpx-vp9");
}

}  // namespace portrait
