// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/exporting/film_check.h"
#include "core/exporting/film_encoder.h"
#include "core/exporting/film_palette.h"
#include "core/exporting/picture_filler.h"
#include "core/exporting/video_codecs.h"
#include "core/exporting/video_muxer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr int kColours = 255;
constexpr std::uint8_t kClear = 255;  // index after the last colour
constexpr double kMostFramesPerSecond = 50;
constexpr std::size_t kMostBytes = std::size_t(2) << 30;

// A film whose frames are collected, as the palette is made of all of them.
class GifFilm : public FilmEncoder {
 public:
  GifFilm(const std::filesystem::path& path, const VideoOptions& options, const Image& first)
      : FilmEncoder(first),
        options_(options),
        alpha_(first.channels == 4),
        muxer_(path, "gif"),
        codec_(open_gif(first.width, first.height, alpha_)) {
    if (!alpha_) return;
    first_alpha_ = frame_alpha(first);
    for (float& a : first_alpha_.pixels) a = a >= 0.5F ? 1.0F : 0.0F;
  }

  void finish() override {
    PaletteDither dither(make_palette(histogram_, kColours));
    // The muxer knows a frame's delay by the next frame's time, so it has to be told the last.
    const std::int64_t end = time_of(frames());
    muxer_.begin(std::move(codec_),
                 {{"loop", "0"}, {"final_delay", std::to_string(end - time_of(frames() - 1))}});
    const FrameHandle picture = make_picture(muxer_.codec());
    for (int i = 0; i < frames(); ++i) {
      muxer_.require_ok(av_frame_make_writable(picture.get()), "making room for a frame");
      const bool clear = fill(collected_[i], dither, *picture);
      // FFmpeg's encoder has a frame taken away before the next one only when some of it is
      // clear: one that is opaque all over would show through all that follow.
      if (alpha_ && !clear) picture->data[0][0] = kClear;
      picture->pts = time_of(i);
      muxer_.encode(picture.get());
      collected_[i] = {};
    }
    muxer_.end();
    verify_film(muxer_.staged_path(), {.width = muxer_.codec().width,
                                       .height = muxer_.codec().height,
                                       .frames = frames(),
                                       .duration_s = double(end) / 100,
                                       .slack_s = 0.001,
                                       .first_alpha = first_alpha_});
    muxer_.commit();
  }

 protected:
  void put(const Image& frame, int index) override {
    const std::size_t pixels = std::size_t(frame.width) * frame.height;
    check((std::size_t(index) + 1) * pixels * 4 <= kMostBytes, ErrorCode::kBadUsage,
          "A GIF of more than {} frames of {} x {} does not fit into memory; export fewer or "
          "smaller frames, or a WebM",
          index, frame.width, frame.height);
    std::vector<std::uint8_t> bytes(pixels * 4);
    for (std::size_t i = 0; i < pixels; ++i) {
      const float* p = frame.pixels.data() + i * frame.channels;
      std::uint8_t* out = bytes.data() + 4 * i;
      const bool clear = alpha_ && frame.channels == 4 && !(p[3] >= 0.5F);
      out[3] = clear ? 0 : 1;
      if (clear) continue;
      for (int c = 0; c < 3; ++c) {
        out[c] = to_byte(alpha_ ? p[c] : over(p, frame.channels, c, options_.background));
      }
      histogram_.add(out);
    }
    collected_.push_back(std::move(bytes));
  }

 private:
  // When a frame begins, in hundredths of a second; rounded from the film's start, so that errors
  // do not add up.
  std::int64_t time_of(int frame) const {
    const double rate = std::min(options_.frames_per_second, kMostFramesPerSecond);
    return std::llround(100.0 * frame / rate);
  }

  // Whether anything is clear.
  static bool fill(const std::vector<std::uint8_t>& rgba, PaletteDither& dither, AVFrame& picture) {
    bool clear = false;
    const std::uint8_t* in = rgba.data();
    for (int y = 0; y < picture.height; ++y) {
      std::uint8_t* out = picture.data[0] + std::ptrdiff_t(y) * picture.linesize[0];
      for (int x = 0; x < picture.width; ++x, in += 4) {
        clear |= in[3] == 0;
        out[x] = in[3] == 0 ? kClear : dither.index(in, x, y);
      }
    }
    auto* entries = reinterpret_cast<std::uint32_t*>(picture.data[1]);
    for (int i = 0; i < 256; ++i) {
      const Rgb8 c = dither.colour(i);
      entries[i] = i == kClear ? 0 : 0xFF000000U | c[0] << 16 | c[1] << 8 | c[2];
    }
    return clear;
  }

  VideoOptions options_;
  bool alpha_;
  VideoMuxer muxer_;
  CodecHandle codec_;
  ColourHistogram histogram_;
  std::vector<std::vector<std::uint8_t>> collected_;  // RGB and 1, or 0 where it is clear
  Image first_alpha_;
};

}  // namespace

std::unique_ptr<FilmEncoder> make_gif_film(const std::filesystem::path& path,
                                           const VideoOptions& options, const Image& first) {
  return std::make_unique<GifFilm>(path, options, first);
}

}  // namespace portrait
