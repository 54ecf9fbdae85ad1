// SPDX-License-Identifier: Apache-2.0
// What the worker makes for the eye alone when there is time: the frames round the head that the
// viewport projects onto it, and the surface as a mesh. Whatever the artist does comes first.
#include "core/session/session_worker.h"

#include "core/base/interruption.h"

#include <utility>

namespace portrait {

bool Session::Worker::unless_disturbed(const std::function<void()>& piece) {
  try {
    const Interruptible scope(
        [this] { return stop_token_.stop_requested() || commands_.waiting(); });
    piece();
    return true;
  } catch (const Interrupted&) {
    return false;
  }
}

// The newest bake is of the head as it stands and will not be replaced by a finer one.
bool Session::Worker::head_settled() const {
  return engine_ && engine_->has_head() && !running() && !one_step_ && !bake_due_ &&
         bake_is_final_ && snapshot_.volume_version != 0;
}

int Session::Worker::next_view() const {
  const bool nobody = !camera_ || turning_ || !surroundings_.wanted() || export_job_ != nullptr;
  if (nobody || wanted_frame_) return -1;
  if (!running()) {
    const bool later = !head_settled() || frame_due_ || next_thumbnail_ >= 0;
    return later ? -1 : surroundings_.next(snapshot_.volume_version, *camera_, true);
  }
  if (bake_due_ || (views_at_once_ == 0 && !surrounding_.due(Clock::now()))) return -1;
  return surroundings_.next(snapshot_.volume_version, *camera_, false);
}

void Session::Worker::draw_view(int index) {
  if (views_at_once_ > 0) --views_at_once_;
  const auto begin = Clock::now();
  guarded("The views round the head cannot be drawn", [&] {
    NeuralFrame frame;
    if (!unless_disturbed([&] { frame = engine().render(surroundings_.camera(index), true); })) {
      return;
    }
    frame.version = ++frame_version_;
    frame.head_version = snapshot_.volume_version;
    surroundings_.put(index, frame);
    snapshot_.views = surroundings_.views();
  });
  surrounding_.spent(begin, Clock::now());
}

void Session::Worker::want_mesh(bool wanted) {
  mesh_wanted_ = wanted;
}

bool Session::Worker::mesh_due() const {
  const bool stands = snapshot_.mesh && snapshot_.mesh->head_version == snapshot_.volume_version;
  return mesh_wanted_ && !stands && head_settled() && !export_job_;
}

void Session::Worker::make_mesh() {
  ViewMesh mesh;
  bool made = true;
  guarded("The surface cannot be shown",
          [&] { made = unless_disturbed([&] { mesh = engine().view_mesh(); }); });
  if (!made) return;
  // Where it failed too: an empty one says so, and is not tried again before the head changes.
  mesh.head_version = snapshot_.volume_version;
  snapshot_.mesh = std::make_shared<const ViewMesh>(std::move(mesh));
}

void Session::Worker::forget_views() {
  surroundings_.want(engine().surroundings());
  surroundings_.forget();
  snapshot_.views.reset();
  snapshot_.mesh.reset();
}

}  // namespace portrait
