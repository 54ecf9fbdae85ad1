// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/film_check.h"
#include "core/exporting/film_encoder.h"
#include "core/exporting/picture_filler.h"
#include "core/exporting/video_codecs.h"
#include "core/exporting/video_muxer.h"

#include <utility>

namespace portrait {
namespace {

int even(int size) {
  return (size + 1) / 2 * 2;
}

// A film whose frames go through the encoder one by one as they come.
class StreamedFilm : public FilmEncoder {
 public:
  // muxer: begun. The alpha of the first frame is checked when there is to be any.
  StreamedFilm(std::unique_ptr<VideoMuxer> muxer, std::unique_ptr<PictureFiller> filler,
               const VideoOptions& options, const Image& first, bool alpha)
      : FilmEncoder(first),
        muxer_(std::move(muxer)),
        filler_(std::move(filler)),
        picture_(make_picture(muxer_->codec())),
        frames_per_second_(options.frames_per_second) {
    if (alpha) first_alpha_ = frame_alpha(first);
  }

  void finish() override {
    muxer_->end();
    verify_film(muxer_->staged_path(), {.width = muxer_->codec().width,
                                        .height = muxer_->codec().height,
                                        .frames = frames(),
                                        .duration_s = frames() / frames_per_second_,
                                        .slack_s = 1 / frames_per_second_,
                                        .first_alpha = first_alpha_});
    muxer_->commit();
  }

 protected:
  void put(const Image& frame, int index) override {
    muxer_->require_ok(av_frame_make_writable(picture_.get()), "making room for a frame");
    filler_->fill(frame, *picture_);
    picture_->pts = index;
    muxer_->encode(picture_.get());
  }

 private:
  std::unique_ptr<VideoMuxer> muxer_;
  std::unique_ptr<PictureFiller> filler_;
  FrameHandle picture_;
  double frames_per_second_;
  Image first_alpha_;
};

}  // namespace

std::unique_ptr<FilmEncoder> make_mp4_film(const std::filesystem::path& path,
                                           const VideoOptions& options, const Image& first) {
  auto muxer = std::make_unique<VideoMuxer>(path, "mp4");
  const int width = even(first.width);
  const int height = even(first.height);
  muxer->begin(open_h264(options, width, height, muxer->wants_global_header()),
               {{"movflags", "+faststart"}});
  return std::make_unique<StreamedFilm>(
      std::move(muxer), std::make_unique<OpaqueFiller>(width, height, options.background), options,
      first, false);
}

std::unique_ptr<FilmEncoder> make_webm_film(const std::filesystem::path& path,
                                            const VideoOptions& options, const Image& first) {
  auto muxer = std::make_unique<VideoMuxer>(path, "webm");
  const bool alpha = first.channels == 4;
  const int width = even(first.width);
  const int height = even(first.height);
  // Bit-exact: the container's numbers are drawn by chance otherwise.
  muxer->begin(open_vp9(options, width, height, alpha), {{"fflags", "+bitexact"}});
  std::unique_ptr<PictureFiller> filler;
  if (alpha) {
    filler = std::make_unique<AlphaFiller>(width, height);
  } else {
    filler = std::make_unique<OpaqueFiller>(width, height, options.background);
  }
  return std::make_unique<StreamedFilm>(std::move(muxer), std::move(filler), options, first, alpha);
}

}  // namespace portrait
