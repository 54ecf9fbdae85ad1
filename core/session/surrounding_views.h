// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/projected_view.h"

#include <memory>
#include <vector>

namespace portrait {

// A ring of viewpoints and others where it leaves more room: at eye level half way between the
// standard ones, above and below in steps of 60 degrees. A camera that turns round the head is then
// seldom far from one of them.
std::vector<Viewpoint> with_views_between(const std::vector<Viewpoint>& ring);

// The neural frames round the head that the viewport projects onto it, and which of them is to be
// made next. Of the worker.
class SurroundingViews {
 public:
  // The cameras of the frames, the photo's first. Views of the same cameras stay.
  void want(const std::vector<Camera>& cameras);
  // All are of another head.
  void forget();
  bool wanted() const { return !cameras_.empty(); }

  // The camera to draw next, -1 = every view shows the head of that version. At rest: the photo's,
  // then those nearest to where the artist looks from. While the head forms: of the nearest few
  // the one that was drawn longest ago.
  int next(std::uint64_t head_version, const Camera& from, bool at_rest) const;
  const Camera& camera(int index) const { return cameras_[std::size_t(index)]; }
  void put(int index, const NeuralFrame& frame);

  // Those that there are; null without any.
  std::shared_ptr<const ProjectedViews> views() const { return shown_; }

 private:
  void gather();

  std::vector<Camera> cameras_;
  ProjectedViews made_;  // one for each camera, null = none yet
  std::shared_ptr<const ProjectedViews> shown_;
};

}  // namespace portrait
