// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/turntable.h"

#include "core/base/error.h"
#include "core/exporting/staged_file.h"
#include "core/image/write_image.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <unistd.h>

namespace portrait {
namespace fs = std::filesystem;
namespace {

std::string frame_name(int frame) {
  return fmt::format("frame_{:04d}.png", frame);
}

// PNG frames in a hidden folder, moved into the real one when all are there.
class StagedSequence {
 public:
  explicit StagedSequence(fs::path folder)
      : folder_(std::move(folder)),
        staged_(folder_.parent_path() /
                fmt::format(".{}.{}", folder_.filename().string(), ::getpid())) {
    std::error_code problem;
    fs::create_directories(staged_, problem);
    if (problem) fail_writing(folder_, problem.message());
  }
  ~StagedSequence() {
    std::error_code ignored;
    fs::remove_all(staged_, ignored);
  }
  StagedSequence(const StagedSequence&) = delete;
  StagedSequence& operator=(const StagedSequence&) = delete;

  void add(const Image& frame) { write_image(staged_ / frame_name(frames_++), frame); }

  void commit() {
    std::error_code problem;
    fs::create_directories(folder_, problem);
    for (int i = 0; !problem && i < frames_; ++i) {
      fs::rename(staged_ / frame_name(i), folder_ / frame_name(i), problem);
    }
    if (problem) fail_writing(folder_, problem.message());
    // A longer sequence that stood here before would run on behind the new one.
    for (int i = frames_; fs::remove(folder_ / frame_name(i), problem); ++i) {
    }
  }

 private:
  fs::path folder_;
  fs::path staged_;
  int frames_ = 0;
};

}  // namespace

double turntable_azimuth(const TurntableOptions& options, int frame) {
  // An eased turn comes to rest at its end; a steady one runs on into its first frame.
  const double t = options.ease ? double(frame) / std::max(1, options.frames - 1)
                                : double(frame) / options.frames;
  const double turned = options.ease ? t * t * (3 - 2 * t) : t;
  return options.start_azimuth_deg + options.sweep_deg * turned;
}

TurntableResult turntable(const TurntableOptions& options,
                          const std::function<Image(double, double)>& render,
                          const std::function<void(int, int)>& progress, std::stop_token stop) {
  check(options.frames >= 1, ErrorCode::kBadUsage, "A turntable needs at least one frame, found {}",
        options.frames);
  check(!options.mp4.empty() || !options.png_folder.empty(), ErrorCode::kBadUsage,
        "A turntable needs a video file or a folder of pictures to write to");
  std::optional<VideoWriter> video;
  std::optional<StagedSequence> sequence;
  if (!options.mp4.empty()) video.emplace(options.mp4, options.video);
  if (!options.png_folder.empty()) sequence.emplace(options.png_folder);
  TurntableResult result;
  for (int i = 0; i < options.frames; ++i) {
    if (stop.stop_requested()) return result;
    const Image frame = render(turntable_azimuth(options, i), options.elevation_deg);
    if (video) video->add(frame);
    if (sequence) sequence->add(frame);
    result.frames = i + 1;
    if (progress) progress(i + 1, options.frames);
  }
  if (video) video->finish();
  if (sequence) sequence->commit();
  result.completed = true;
  return result;
}

}  // namespace portrait
