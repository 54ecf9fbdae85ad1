// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/prepared_photo.h"
#include "core/training/heldout.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace portrait {
class GanPrior;
class ModelPack;
}  // namespace portrait

namespace portrait::cli {

// Heads made of the held-out set's photos, each subject photographed from near and from far, and
// their depth errors from the front (divided by 24 cm), which are to agree. The photo's camera is
//   exact   the one it was drawn with: what the prior alone does
//   told    the pose of the landmarks at the true field of view, as EXIF tells it
//   solved  the pose of the landmarks and the field of view solved with it
// the last two by photo intake.
class FovEvaluation {
 public:
  // Keeps references to prior and set.
  FovEvaluation(const ModelPack& pack, const GanPrior& prior, const HeldoutSet& set);

  // The photos of one subject; nothing when the set has none of it.
  void measure(int subject);

  // "rows": per camera and field of view: photos, found (a face was), depth_error,
  // pose_error_deg, and the mean found_fov_deg. "differences": per camera over the subjects of whom
  // all photos were found: mean_difference and largest_difference (absolute, of the depth errors
  // at the two fields of view), difference_of_means, at_most, reached (by mean_difference).
  nlohmann::ordered_json facts() const;

 private:
  enum class Source { kExact, kTold, kSolved };
  struct Row {
    int photos = 0;
    std::vector<double> depth_error{}, pose_error_deg{}, found_fov_deg{};
    std::map<int, double> by_subject{};
  };

  PreparedPhoto intake(const Image& photo, const HeldoutPhoto& place, Source source) const;
  void add(Row& row, int subject, const PreparedPhoto& photo, const Camera& truth) const;
  nlohmann::ordered_json difference(Source source) const;

  const GanPrior& prior_;
  const HeldoutSet& set_;
  PrepareOptions prepare_;
  std::map<std::pair<Source, double>, Row> rows_;
};

}  // namespace portrait::cli
