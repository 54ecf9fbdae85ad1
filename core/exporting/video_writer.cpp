// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/video_writer.h"

#include "core/base/error.h"
#include "core/exporting/film_encoder.h"

#include <utility>

namespace portrait {

VideoWriter::VideoWriter(std::filesystem::path path, const VideoOptions& options)
    : path_(std::move(path)), options_(options) {
  require_film_extension(path_);
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
    encoder_ = make_film_encoder(path_, options_, frame);
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
