// SPDX-License-Identifier: Apache-2.0
#include "core/training/heldout_drawing.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/thread_pool.h"
#include "core/image/write_image.h"
#include "core/synth/numbered_subject.h"
#include "core/synth/render_subject.h"
#include "core/synth/synth_assets.h"
#include "core/training/heldout.h"
#include "core/training/heldout_description.h"
#include "core/training/mean_head.h"
#include "core/training/nearest_head.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kSize = HeldoutFormat::kSize;
// Far above what any head reaches against the truth, in a third of a lossless file.
constexpr int kSubjectQuality = 95;
constexpr int kReferenceQuality = 85;  // mean and nearest heads are compared with, not compared to
constexpr int kPhotoQuality = 92;
constexpr int kSlices = 4;  // of the training subjects; their sums do not depend on the threads

bool is_front(const Viewpoint& v) {
  return v.azimuth_deg == 0 && v.elevation_deg == 0;
}

Image rgba_of(const SubjectView& view) {
  Image rgba(view.rgb.width, view.rgb.height, 4);
  for (std::size_t i = 0; i < view.alpha.pixels.size(); ++i) {
    std::copy_n(&view.rgb.pixels[3 * i], 3, &rgba.pixels[4 * i]);
    rgba.pixels[4 * i + 3] = view.alpha.pixels[i];
  }
  return rgba;
}

SubjectView seen_from(const SubjectMesh& mesh, const Viewpoint& viewpoint, int supersampling) {
  SubjectRenderOptions render;
  render.supersampling = supersampling;
  return render_subject(mesh, rig_camera(viewpoint), kSize, render);
}

class SetWriter {
 public:
  SetWriter(const HeldoutOptions& options, const std::function<void(int, int)>& progress,
            std::stop_token stop)
      : options_(options),
        progress_(progress),
        stop_(std::move(stop)),
        assets_(SynthAssets::load(options.heads, options.hair)),
        views_(heldout_set_views()),
        fronts_(std::size_t(options.subjects)) {}

  void write() {
    draw_subjects();
    if (stop_.stop_requested()) return;
    nearest_.emplace(fronts_);
    draw_mean_head();
    if (stop_.stop_requested()) return;
    draw_nearest_heads();
    if (stop_.stop_requested()) return;
    write_text_file(options_.folder / "heldout.json",
                    heldout_description(options_, *nearest_).dump(2) + "\n");
  }

 private:
  SubjectMesh subject(std::uint64_t seed, bool held_out, std::int64_t index) const {
    return numbered_subject(assets_, static_cast<int>(index), seed, held_out);
  }

  void count() {
    const std::lock_guard lock(mutex_);
    progress_(++done_, 2 * options_.subjects + options_.mean_subjects);
  }

  void draw_subjects() {
    parallel_for(options_.subjects, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end && !stop_.stop_requested(); ++i) {
        const SubjectMesh mesh = subject(options_.seed, true, i);
        const int index = static_cast<int>(i);
        const fs::path folder = options_.folder / heldout_subject_name(index);
        fs::create_directories(folder);
        for (const HeldoutSetView& view : views_) {
          const SubjectView seen = seen_from(mesh, view.viewpoint, 3);
          Image rgba = rgba_of(seen);
          write_heldout_view(folder, view.viewpoint, rgba, seen.depth, kSubjectQuality);
          if (is_front(view.viewpoint)) fronts_[std::size_t(i)] = std::move(rgba);
        }
        if (index < options_.photo_subjects) draw_photos(mesh, index);
        count();
      }
    });
  }

  void draw_photos(const SubjectMesh& mesh, int index) const {
    for (const double fov : kHeldoutPhotoFovs) {
      SubjectRenderOptions render;
      render.supersampling = 3;
      render.specular = Specular::kViewer;
      const SubjectView seen =
          render_subject(mesh, heldout_photo_camera(index, fov), kHeldoutPhotoPx, render);
      WriteOptions colours;
      colours.webp_quality = kPhotoQuality;
      write_image(options_.folder / heldout_photo_name(heldout_subject_name(index), fov),
                  rgba_of(seen), colours);
    }
  }

  void draw_mean_head() {
    std::vector<std::vector<MeanView>> sums(kSlices,
                                            std::vector<MeanView>(views_.size(), MeanView(kSize)));
    parallel_slices(options_.mean_subjects, kSlices,
                    [&](int slice, std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = begin; i < end && !stop_.stop_requested(); ++i) {
                        const int number = options_.mean_first + static_cast<int>(i);
                        const SubjectMesh mesh = subject(options_.training_seed, false, number);
                        for (std::size_t v = 0; v < views_.size(); ++v) {
                          // One sample a pixel: the average is smooth anyway.
                          const SubjectView seen = seen_from(mesh, views_[v].viewpoint, 1);
                          sums[std::size_t(slice)][v].add(seen.rgb, seen.alpha, seen.depth);
                          if (!is_front(views_[v].viewpoint)) continue;
                          const Image rgba = rgba_of(seen);
                          const std::lock_guard lock(mutex_);
                          nearest_->offer(number, rgba);
                        }
                        count();
                      }
                    });
    if (stop_.stop_requested()) return;
    const fs::path folder = options_.folder / kMeanHeadFolder;
    fs::create_directories(folder);
    for (std::size_t v = 0; v < views_.size(); ++v) {
      MeanView total(kSize);
      for (const auto& slice : sums) total.add(slice[v]);
      const HeldoutView mean = total.average(options_.mean_subjects);
      write_heldout_view(folder, views_[v].viewpoint, mean.rgba, mean.depth, kReferenceQuality);
    }
  }

  void draw_nearest_heads() {
    std::set<int> drawn;
    for (int i = 0; i < options_.subjects && !stop_.stop_requested(); ++i) {
      const int number = nearest_->nearest(i);
      if (drawn.insert(number).second) {
        const SubjectMesh mesh = subject(options_.training_seed, false, number);
        const fs::path folder = options_.folder / training_subject_name(number);
        fs::create_directories(folder);
        for (const double azimuth : kQuotedAzimuths) {
          const SubjectView seen = seen_from(mesh, {azimuth, 0}, 3);
          write_heldout_view(folder, {azimuth, 0}, rgba_of(seen), seen.depth, kReferenceQuality);
        }
      }
      count();
    }
  }

  const HeldoutOptions& options_;
  const std::function<void(int, int)>& progress_;
  std::stop_token stop_;
  SynthAssets assets_;
  std::vector<HeldoutSetView> views_;
  std::vector<Image> fronts_;
  std::optional<NearestHeads> nearest_;
  std::mutex mutex_;
  int done_ = 0;
};

}  // namespace

Camera heldout_photo_camera(int subject, double fov_deg) {
  const double tangent = std::tan(fov_deg * std::numbers::pi / 360);
  // The head with its hair is about 0.68 units tall.
  constexpr double kHalfFrame = 0.68;
  RigOptions rig;
  rig.radius = kHalfFrame / tangent;
  rig.focal = focal_of_fov(fov_deg);
  // The bust ends at the cube's bottom: the frame ends above it, as if the body went on.
  rig.pivot = {0, kHalfFrame - kFieldHalfExtent + 0.03, 0.02};
  const double side = subject % 2 == 0 ? 1 : -1;
  return rig_camera({18 * side, 6.0 * (subject % 3 - 1)}, rig);
}

void write_heldout(const HeldoutOptions& options, const std::function<void(int, int)>& progress,
                   std::stop_token stop) {
  check(options.subjects > 0 && options.mean_subjects > 0, ErrorCode::kBadUsage,
        "A held-out set needs at least one subject and one training subject for the mean head");
  require_writable_folder(options.folder);
  SetWriter(options, progress, std::move(stop)).write();
}

}  // namespace portrait
