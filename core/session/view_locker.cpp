// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/view_locker.h"

#include "core/base/error.h"
#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/image/resample.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/pipeline.h"
#include "core/session/view_picture_file.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

constexpr int kShownPx = 256;
constexpr double kSameDeg = 0.1;

// The ring's own viewpoint: what came by a name or a text key may be rounded.
Viewpoint in_ring(const Settings& settings, const Viewpoint& viewpoint) {
  for (const RigView& view : viewpoint_rig(settings)) {
    const Viewpoint& here = view.viewpoint;
    const double turn = std::remainder(here.azimuth_deg - viewpoint.azimuth_deg, 360.0);
    if (std::abs(turn) < kSameDeg &&
        std::abs(here.elevation_deg - viewpoint.elevation_deg) < kSameDeg) {
      return here;
    }
  }
  fail(ErrorCode::kNotFound,
       "No viewpoint of the ring stands at azimuth {}, elevation {}. Add one there (setting "
       "detail.viewpoints), or bring the picture back for another viewpoint",
       viewpoint.azimuth_deg, viewpoint.elevation_deg);
}

Image over_grey(const Image& rgba) {
  Image picture(rgba.width, rgba.height, 3);
  for (std::size_t i = 0; i < rgba.pixels.size() / 4; ++i) {
    const float alpha = rgba.pixels[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      picture.pixels[3 * i + c] =
          kTrainedBackground + alpha * (rgba.pixels[4 * i + c] - kTrainedBackground);
    }
  }
  return picture;
}

// What the stage holds for that viewpoint; empty where it has painted nothing.
Image target_of(const Pipeline& pipeline, const Viewpoint& viewpoint) {
  const DetailStage* stage = pipeline.detail();
  if (stage == nullptr) return {};
  for (const DetailStage::View& view : stage->views()) {
    const bool own = view.locked.empty();  // not one that was unlocked a moment ago
    if (view.rig.viewpoint == viewpoint && own && view.memory.target.defined()) {
      return image_of_tensor(view.memory.target);
    }
  }
  return {};
}

}  // namespace

void ViewLocker::lock(Pipeline& pipeline, const Settings& settings, const Viewpoint& viewpoint,
                      const std::filesystem::path& picture) const {
  const Viewpoint where = in_ring(settings, viewpoint);
  pipeline.lock_view({where, read_view_picture(picture), picture.filename().string()});
}

void ViewLocker::write(const Pipeline& pipeline, const HeadView& head, const Viewpoint& viewpoint,
                       const std::filesystem::path& file) const {
  if (const ViewLock* lock = find_lock(pipeline.locks(), viewpoint)) {
    return write_view_picture(file, lock->picture->image(), viewpoint);
  }
  Image picture = target_of(pipeline, viewpoint);
  if (picture.empty()) {
    const int width =
        head.field().sr.empty() ? kViewPicturePx : kViewPicturePx / SuperResolution::kScale;
    picture = over_grey(head.picture(rig_camera(viewpoint), width).rgba);
  }
  write_view_picture(file, picture, viewpoint);
}

std::shared_ptr<const std::vector<LockedView>> ViewLocker::shown(
    const std::vector<ViewLock>& locks) {
  const bool same = shown_ != nullptr
                        ? std::equal(locks.begin(), locks.end(), shown_->begin(), shown_->end(),
                                     [](const ViewLock& lock, const LockedView& view) {
                                       return lock.viewpoint == view.viewpoint &&
                                              lock.name == view.name &&
                                              lock.picture->id == view.picture;
                                     })
                        : locks.empty();
  if (same) return shown_;
  if (locks.empty()) return shown_ = nullptr;
  auto views = std::make_shared<std::vector<LockedView>>();
  for (const ViewLock& lock : locks) {
    LockedView view{lock.viewpoint, lock.name, lock.picture->id, {}};
    if (shown_) {
      const auto known = std::find_if(shown_->begin(), shown_->end(), [&](const LockedView& old) {
        return old.picture == view.picture;
      });
      if (known != shown_->end()) view.rgba = known->rgba;
    }
    if (view.rgba.empty()) {
      const Image image = lock.picture->image();
      const bool large = image.width > kShownPx;
      view.rgba = large ? resize(image, kShownPx, kShownPx) : image;
    }
    views->push_back(std::move(view));
  }
  return shown_ = std::move(views);
}

}  // namespace portrait
