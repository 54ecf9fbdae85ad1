// SPDX-License-Identifier: Apache-2.0
// What the detail stage does with views whose target is the artist's.
#include "core/nn/torch.h"

#include "core/pipeline/detail_stage.h"

#include <utility>

namespace portrait {

void DetailStage::take_locks(const ViewLocks& locks) {
  if (same_locks(locks, waiting_locks_.value_or(locks_))) return;
  waiting_locks_ = locks;
}

void DetailStage::put_locks_in_force(ViewLocks locks) {
  std::map<std::string, LockedTarget> targets;
  for (const ViewLock& lock : locks) {
    const std::string& id = lock.picture->id;
    const auto known = locked_.find(id);
    targets.try_emplace(
        id, known != locked_.end()
                ? known->second
                : LockedTarget(*lock.picture, options_.size, photo_.width, photo_.rgb.device()));
  }
  locks_ = std::move(locks);
  locked_ = std::move(targets);
}

// A view whose picture is another than before has nothing of what was painted there, and nothing
// of what was judged; the noise of the chain (13) is still its own.
void DetailStage::take_lock(View& view) const {
  const ViewLock* lock = find_lock(locks_, view.rig.viewpoint);
  const std::string id = lock == nullptr ? std::string() : lock->picture->id;
  if (view.locked == id) return;
  view.locked = id;
  NoiseMemory fresh;
  fresh.anchor = view.memory.anchor;
  view.memory = std::move(fresh);
  view.loss = view.gradient_norm = 0;
}

// The artist's picture in the place of steps 1 to 4: no noise is drawn and nothing is judged. What
// it drives is told of it (8), and judged by its gradient (16).
void DetailStage::take_locked_view(std::size_t index) {
  const ViewGraph graph(head_, now_.views[index].camera, graph_options(static_cast<int>(index)));
  View view = now_.views[index];
  const LockedTarget& asked = locked_.at(view.locked);
  view.surface = graph.surface();
  if (!view.memory.anchor.defined()) view.memory.anchor = first_anchor(view, index);
  if (!asked.whole() || !view.memory.latents.defined()) {
    view.memory.target = asked.over(graph.rgb().clamp(0, 1));
    view.memory.latents = painter_->base().latents(view.memory.target);
  }
  view.memory.applied = graph.pull(
      asked.pull(graph, view.rig.weight * options_.lock_weight, options_.image_loss, view.loss));
  view.gradient_norm = gradient_norm(view.memory.applied);
  view.render = graph.low().clamp(0, 1);
  view.reference = view.known = Tensor();
  ++view.looks;
  losses_.add("locked views", view.loss);
  fine_.add(FineDetail::Source::kArtist, FineDetail::Shown::of(graph, view.surface),
            view.memory.target, asked.asked(), options_.surface_rate);
  add_gradient(sum_, view.memory.applied);
  now_.views[index] = std::move(view);
}

void DetailStage::repeat_locked_view(std::size_t index) {
  View& view = now_.views[index];
  const ViewGraph graph(head_, view.camera, graph_options(static_cast<int>(index)));
  const LockedTarget& asked = locked_.at(view.locked);
  const double weight = view.rig.weight * options_.lock_weight;
  PictureGradient gradient = asked.pull(graph, weight, options_.image_loss, view.loss);
  losses_.add("locked views", view.loss);
  if (options_.solid_weight > 0) {
    double loss = 0;
    gradient = asked.with_solidity(std::move(gradient), graph,
                                   options_.solid_weight * view.rig.weight, loss);
    losses_.add("solid", loss);
  }
  add_gradient(sum_, graph.pull(gradient));
}

}  // namespace portrait
