// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <memory>
#include <vector>

namespace portrait {

class DetailStage;

// Pictures of the detail stage's views for snapshots, each made when its view was painted anew.
class RefinedViews {
 public:
  // Null before the first painting.
  std::shared_ptr<const std::vector<RefinedView>> of(const DetailStage* stage);

 private:
  std::shared_ptr<const std::vector<RefinedView>> carried(const std::vector<Viewpoint>& ring) const;

  std::shared_ptr<const std::vector<RefinedView>> views_;
  std::vector<Viewpoint> ring_;  // where those in views_ stand
  std::vector<int> looks_;       // DetailStage::View::looks of them
};

}  // namespace portrait
