// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/project/formation_recorder.h"

#include <cstdint>
#include <memory>

namespace portrait {

class HeadView;
class Pipeline;

// Writes the formation timeline of a pipeline as it runs, and takes the pipeline back to one of
// its moments.
class FormationKeeper {
 public:
  FormationKeeper() = default;
  explicit FormationKeeper(FormationRecorder recorder) : recorder_(std::move(recorder)) {}

  // A run begins from the first head: at the first of this line's moments.
  void run_begins();
  // Before it ends: what is kept next is its end, and can be gone on from unless it failed.
  void run_ends(const Pipeline& pipeline);
  // The head as it stands, just baked; keeps it when it is time to.
  void baked(const Pipeline& pipeline, const HeadView& view,
             const std::shared_ptr<const BakedVolume>& volume);
  // The pipeline at the nearest restart point at or before a moment. Throws kNotFound (no such
  // moment, or nothing to go on from), kCorrupt.
  Pipeline pipeline_at(std::uint64_t moment) const;
  // What comes now follows that restart point. The head of now is kept as an end of its branch;
  // volume: its last bake. Strong guarantee.
  void leave_for(std::uint64_t moment, const Pipeline& now, const HeadView& view,
                 const std::shared_ptr<const BakedVolume>& volume);

  const FormationRecorder& recorder() const { return recorder_; }
  std::shared_ptr<const Formation> formation() const { return recorder_.formation(); }

 private:
  bool stands_at_tip(const Pipeline& pipeline) const;
  void keep(const Pipeline& pipeline, const HeadView& view,
            const std::shared_ptr<const BakedVolume>& volume,
            std::shared_ptr<const RestartPoint> restart);

  FormationRecorder recorder_;
  bool ended_ = false;  // a run did, and its end is not kept yet
  std::shared_ptr<const RestartPoint> end_;
};

}  // namespace portrait
