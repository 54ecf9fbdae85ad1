// SPDX-License-Identifier: Apache-2.0
#include "core/session/surrounding_views.h"

#include "core/session/snapshot.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr std::size_t kNearest = 4;  // are what a turning head shows next
constexpr double kRoomDeg = 10;      // views nearer than this to each other would be of no use

bool same(const Camera& a, const Camera& b) {
  return a.world_from_camera == b.world_from_camera && a.focal_x == b.focal_x &&
         a.focal_y == b.focal_y && a.centre_x == b.centre_x && a.centre_y == b.centre_y;
}

// Of the angle between two cameras as seen from the head.
double cosine(const Camera& a, const Camera& b) {
  return a.position().normalized().dot(b.position().normalized());
}

}  // namespace

std::vector<Viewpoint> with_views_between(const std::vector<Viewpoint>& ring) {
  std::vector<Viewpoint> all = ring;
  const auto add = [&](const Viewpoint& viewpoint) {
    const double nearest = std::cos(kRoomDeg * M_PI / 180);
    const bool near = std::any_of(all.begin(), all.end(), [&](const Viewpoint& other) {
      return cosine(rig_camera(viewpoint), rig_camera(other)) > nearest;
    });
    if (!near) all.push_back(viewpoint);
  };
  for (int azimuth = -165; azimuth < 180; azimuth += 30) add({double(azimuth), 0});
  for (int azimuth = -180; azimuth < 180; azimuth += 60) {
    add({double(azimuth), 30});
    add({double(azimuth + 30), -30});
  }
  return all;
}

void SurroundingViews::want(const std::vector<Camera>& cameras) {
  ProjectedViews made(cameras.size());
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    for (std::size_t j = 0; j < cameras_.size(); ++j) {
      const bool photo = i == 0;
      if (same(cameras[i], cameras_[j]) && made_[j] && made_[j]->of_photo == photo) {
        made[i] = made_[j];
      }
    }
  }
  cameras_ = cameras;
  made_ = std::move(made);
  gather();
}

void SurroundingViews::forget() {
  made_.assign(cameras_.size(), nullptr);
  shown_.reset();
}

int SurroundingViews::next(std::uint64_t head_version, const Camera& from, bool at_rest) const {
  std::vector<int> order;
  for (std::size_t i = 0; i < cameras_.size(); ++i) order.push_back(int(i));
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return cosine(camera(a), from) > cosine(camera(b), from); });
  const auto version = [&](int i) { return made_[i] ? made_[i]->head_version : 0; };
  if (at_rest) {
    if (wanted() && version(0) != head_version) return 0;
    for (int i : order) {
      if (version(i) != head_version) return i;
    }
    return -1;
  }
  order.resize(std::min(order.size(), kNearest));
  int oldest = -1;
  for (int i : order) {
    if (version(i) == head_version) continue;
    if (oldest < 0 || version(i) < version(oldest)) oldest = i;
  }
  return oldest;
}

void SurroundingViews::put(int index, const NeuralFrame& frame) {
  auto view = std::make_shared<ProjectedView>(projected_view(frame));
  view->of_photo = index == 0;
  made_[std::size_t(index)] = std::move(view);
  gather();
}

void SurroundingViews::gather() {
  auto shown = std::make_shared<ProjectedViews>();
  for (const auto& view : made_) {
    if (view && view->size > 0) shown->push_back(view);
  }
  shown_ = shown->empty() ? nullptr : std::move(shown);
}

}  // namespace portrait
