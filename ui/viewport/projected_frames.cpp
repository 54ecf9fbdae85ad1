// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/projected_frames.h"

#include "core/session/snapshot.h"
#include "ui/viewport/scene.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kLeastAngle = 0.008;  // half a degree: nearer views are as good
// In versions of the head, of which a running one makes one every few seconds.
constexpr double kFresh = 4;
constexpr double kOutdated = 12;

double angle(const Camera& a, const Camera& b) {
  const double cosine = a.position().normalized().dot(b.position().normalized());
  return std::acos(std::clamp(cosine, -1.0, 1.0));
}

double freshness(const ProjectedView& view, std::uint64_t head_version) {
  const double age = double(std::int64_t(head_version - view.head_version));
  return std::clamp((kOutdated - age) / (kOutdated - kFresh), 0.0, 1.0);
}

// Half the size. Distances are averaged over what is there alone.
std::vector<std::uint8_t> halved(const std::vector<std::uint8_t>& texels, int size) {
  const int half = size / 2;
  std::vector<std::uint8_t> result(std::size_t(4) * half * half);
  for (int y = 0; y < half; ++y) {
    for (int x = 0; x < half; ++x) {
      const std::uint8_t* a = &texels[std::size_t(4) * (2 * y * size + 2 * x)];
      const std::uint8_t* four[] = {a, a + 4, a + 4 * size, a + 4 * size + 4};
      int sums[4] = {0, 0, 0, 0};
      int there = 0;
      for (const std::uint8_t* t : four) {
        for (int c = 0; c < 4; ++c) sums[c] += t[c];
        there += t[3] != 0 ? 1 : 0;
      }
      std::uint8_t* to = &result[std::size_t(4) * (y * half + x)];
      for (int c = 0; c < 3; ++c) to[c] = std::uint8_t((sums[c] + 2) / 4);
      to[3] = there >= 2 ? std::uint8_t((sums[3] + there / 2) / there) : 0;
    }
  }
  return result;
}

}  // namespace

std::vector<ChosenView> nearest_views(const ProjectedViews& views, const Camera& camera,
                                      std::uint64_t head_version) {
  struct Near {
    double angle;
    double freshness;
    const std::shared_ptr<const ProjectedView>* view;
  };
  std::vector<Near> near;
  for (const auto& view : views) {
    const double fresh = freshness(*view, head_version);
    if (fresh > 0)
      near.push_back({std::max(angle(view->camera, camera), kLeastAngle), fresh, &view});
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const Near& a, const Near& b) { return a.angle < b.angle; });
  // Beyond a quarter turn a view sees nothing of what is seen here.
  const double reach = near.size() > kMostViews ? near[kMostViews].angle : M_PI / 2;
  if (near.size() > kMostViews) near.resize(kMostViews);
  std::vector<ChosenView> chosen;
  double sum = 0;
  for (const Near& one : near) {
    const double by_angle = std::max(0.0, 1 - one.angle / reach) / one.angle;
    const double weight = by_angle * by_angle * one.freshness;
    if (weight <= 0) continue;
    chosen.push_back({*one.view, float(weight)});
    sum += weight;
  }
  for (ChosenView& one : chosen) one.weight = float(one.weight / sum);
  std::erase_if(chosen, [](const ChosenView& one) { return one.weight < 1e-3F; });
  return chosen;
}

std::vector<ChosenView> views_of(const ViewportScene& scene) {
  if (scene.views == nullptr) return {};
  if (scene.mode == DisplayMode::kColour) {
    return nearest_views(*scene.views, scene.camera, scene.volume_version);
  }
  if (scene.mode != DisplayMode::kSeen) return {};
  for (const auto& view : *scene.views) {
    if (view->of_photo) return {{view, 1.0F}};
  }
  return {};
}

int ProjectedFrames::layer_of(const ProjectedView& view) const {
  for (int i = 0; i < kLayers; ++i) {
    if (layers_[std::size_t(i)].version == view.version) return i;
  }
  return -1;
}

bool ProjectedFrames::upload(Gl* gl, const std::vector<ChosenView>& chosen) {
  ++count_;
  int uploads = 0;
  bool more = false;
  for (const ChosenView& one : chosen) {
    const int there = layer_of(*one.view);
    if (there >= 0) layers_[std::size_t(there)].wanted = count_;
  }
  for (const ChosenView& one : chosen) {
    if (layer_of(*one.view) >= 0) continue;
    if (uploads == kUploadsAStep) {
      more = true;
      break;
    }
    const auto oldest =
        std::min_element(layers_.begin(), layers_.end(),
                         [](const Layer& a, const Layer& b) { return a.wanted < b.wanted; });
    put(gl, int(oldest - layers_.begin()), *one.view);
    oldest->version = one.view->version;
    oldest->wanted = count_;
    ++uploads;
  }
  return more;
}

void ProjectedFrames::put(Gl* gl, int layer, const ProjectedView& view) {
  if (!texture_ || view.size != size_) {
    size_ = view.size;
    layers_ = {};
    texture_ = make_texture(gl);
    gl->glBindTexture(GL_TEXTURE_2D_ARRAY, texture_.id());
    for (int level = 0; level < kLevels; ++level) {
      const int size = std::max(1, size_ >> level);
      gl->glTexImage3D(GL_TEXTURE_2D_ARRAY, level, GL_RGBA8, size, size, kLayers, 0, GL_RGBA,
                       GL_UNSIGNED_BYTE, nullptr);
    }
    gl->glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAX_LEVEL, kLevels - 1);
    gl->glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_NEAREST);
    gl->glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    for (auto key : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T}) {
      gl->glTexParameteri(GL_TEXTURE_2D_ARRAY, key, GL_CLAMP_TO_EDGE);
    }
  }
  gl->glBindTexture(GL_TEXTURE_2D_ARRAY, texture_.id());
  std::vector<std::uint8_t> smaller;
  const std::vector<std::uint8_t>* texels = &view.texels;
  for (int level = 0; level < kLevels; ++level) {
    const int size = std::max(1, size_ >> level);
    gl->glTexSubImage3D(GL_TEXTURE_2D_ARRAY, level, 0, 0, layer, size, size, 1, GL_RGBA,
                        GL_UNSIGNED_BYTE, texels->data());
    if (level + 1 < kLevels) smaller = halved(*texels, size);
    texels = &smaller;
  }
}

}  // namespace portrait
