// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/refined_views.h"

#include "core/image/resample.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/image_tensor.h"

#include <utility>

#include <algorithm>

namespace portrait {
namespace {

constexpr int kShownPx = 256;

// Three of the noise's channels about middle grey, two deviations to black and white.
Image noise_picture(const Tensor& noise) {
  return image_of_tensor(noise.narrow(0, 0, 3) * 0.25 + 0.5);
}

RefinedView shown(const DetailStage::View& view) {
  RefinedView made;
  made.viewpoint = view.rig.viewpoint;
  made.painted = view.painted;
  made.driver = view.rig.driver;
  made.looks = view.looks;
  made.locked = !view.locked.empty();
  const Image target = image_of_tensor(view.memory.target);
  made.target = target.width > kShownPx ? resize(target, kShownPx, kShownPx) : target;
  made.render = image_of_tensor(view.render);
  if (view.reference.defined()) made.reference = image_of_tensor(view.reference);
  if (view.known.defined()) made.known = image_of_tensor(view.known);
  made.anchor_noise = noise_picture(view.memory.anchor);
  made.judged = view.memory.judged;
  made.accepted = view.memory.accepted;
  made.accepted_last = view.memory.scores.accepted;
  made.score_resampled = view.memory.scores.resampled;
  made.score_kept = view.memory.scores.kept;
  made.anchor_age = view.memory.anchor_age;
  made.loss = view.loss;
  made.gradient_norm = view.gradient_norm;
  return made;
}

std::shared_ptr<std::vector<RefinedView>> still_to_paint(const std::vector<Viewpoint>& ring) {
  auto views = std::make_shared<std::vector<RefinedView>>(ring.size());
  for (std::size_t v = 0; v < ring.size(); ++v) (*views)[v].viewpoint = ring[v];
  return views;
}

// The view's scores, with those of its newest painting when that was judged.
std::shared_ptr<const std::vector<NoiseScore>> with_newest(const RefinedView& before,
                                                           const RefinedView& now) {
  if (now.judged == 0 || now.judged == before.judged) return before.scores;
  auto scores = before.scores ? std::make_shared<std::vector<NoiseScore>>(*before.scores)
                              : std::make_shared<std::vector<NoiseScore>>();
  scores->push_back({now.painted, now.score_resampled, now.score_kept, now.accepted_last});
  return scores;
}

}  // namespace

// Of another ring: the scores of those of its viewpoints that are still there.
std::shared_ptr<const std::vector<RefinedView>> RefinedViews::carried(
    const std::vector<Viewpoint>& ring) const {
  if (!views_) return nullptr;
  auto carried = still_to_paint(ring);
  for (std::size_t v = 0; v < ring.size(); ++v) {
    const auto before = std::find(ring_.begin(), ring_.end(), ring[v]);
    if (before == ring_.end()) continue;
    const RefinedView& old = (*views_)[std::size_t(before - ring_.begin())];
    (*carried)[v].scores = old.scores;
    (*carried)[v].judged = old.judged;
  }
  return carried;
}

std::shared_ptr<const std::vector<RefinedView>> RefinedViews::of(const DetailStage* stage) {
  if (stage == nullptr) {
    views_.reset();
    ring_.clear();
    return nullptr;
  }
  const std::vector<DetailStage::View>& views = stage->views();
  std::vector<Viewpoint> ring;
  for (const DetailStage::View& view : views) ring.push_back(view.rig.viewpoint);
  if (ring != ring_) {  // the artist edits it as the stage runs
    views_ = carried(ring);
    ring_ = std::move(ring);
    looks_.assign(views.size(), 0);
  }
  std::shared_ptr<std::vector<RefinedView>> changed;
  for (std::size_t v = 0; v < views.size(); ++v) {
    // Locked or unlocked, it is shown as it was until the stage has come to it.
    if (views[v].looks == looks_[v] || !views[v].memory.target.defined()) continue;
    if (!changed) {
      changed = views_ ? std::make_shared<std::vector<RefinedView>>(*views_)
                       : still_to_paint(ring_);
    }
    RefinedView made = shown(views[v]);
    made.scores = with_newest((*changed)[v], made);
    (*changed)[v] = std::move(made);
    looks_[v] = views[v].looks;
  }
  if (changed) views_ = std::move(changed);
  return views_;
}

}  // namespace portrait
