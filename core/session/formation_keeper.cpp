// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/formation_keeper.h"

#include "core/base/error.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/pipeline.h"
#include "core/project/pipeline_mark.h"

namespace portrait {
namespace {

constexpr int kPictureWidth = 96;
constexpr int kPictureSamples = 20;
constexpr Viewpoint kAside{25, 5};  // shows the face and one side of it

const StageInfo& stage_of(const Pipeline& pipeline) {
  return pipeline.stages()[std::size_t(pipeline.stage())];
}

// A moment is one stage's: the first head's until a step of another was taken.
const std::string& label_of(const Pipeline& pipeline) {
  return stage_of(pipeline).label;
}

}  // namespace

void FormationKeeper::run_begins() {
  const Formation& formation = *recorder_.formation();
  const auto line = formation.line(formation.tip);
  recorder_.go_on_from(line.empty() ? 0 : line.front()->id);
  ended_ = false;
  end_.reset();
}

void FormationKeeper::run_ends(const Pipeline& pipeline) {
  if (!pipeline.under_way()) return;
  // From a stage that failed nothing goes on: its step would be left out, not taken again.
  const bool failed = stage_of(pipeline).state == StageState::kFailed;
  end_ = failed ? nullptr : PipelineMark::of(pipeline);
  ended_ = true;
}

void FormationKeeper::baked(const Pipeline& pipeline, const HeadView& view,
                            const std::shared_ptr<const BakedVolume>& volume) {
  const bool first = recorder_.formation()->moments.empty();
  if (ended_) {
    keep(pipeline, view, volume, end_);
    ended_ = false;
    end_.reset();
    return;
  }
  if (!first && (!pipeline.under_way() || pipeline.steps_taken() == 0)) return;
  const double seconds = pipeline.seconds();
  // Between two stages a restart point is small, and it is where artists want to try again.
  const bool between = pipeline.under_way() && stage_of(pipeline).state == StageState::kDone &&
                       !stands_at_tip(pipeline);
  if (!first && !between && !recorder_.is_due(seconds, label_of(pipeline))) return;
  const bool restart = first || between || recorder_.restart_is_due(seconds);
  keep(pipeline, view, volume, restart ? PipelineMark::of(pipeline) : nullptr);
}

// The newest moment is of the head as it stands, and can be gone on from.
bool FormationKeeper::stands_at_tip(const Pipeline& pipeline) const {
  const auto tip = recorder_.formation()->find(recorder_.formation()->tip);
  return tip != nullptr && tip->restart && tip->stage == label_of(pipeline) &&
         tip->step == stage_of(pipeline).step;
}

void FormationKeeper::keep(const Pipeline& pipeline, const HeadView& view,
                           const std::shared_ptr<const BakedVolume>& volume,
                           std::shared_ptr<const RestartPoint> restart) {
  FormationMoment moment;
  moment.stage = label_of(pipeline);
  moment.step = stage_of(pipeline).step;
  moment.seconds = pipeline.seconds();
  moment.volume = volume;
  LookOptions quick = LookOptions::from(pipeline.settings());
  quick.coarse = quick.fine = kPictureSamples;
  moment.picture = view.picture(rig_camera(kAside), kPictureWidth, false, quick).rgba;
  recorder_.add(std::move(moment), std::move(restart));
}

Pipeline FormationKeeper::pipeline_at(std::uint64_t moment) const {
  const auto to = recorder_.formation()->restart_of(moment);
  check(to != nullptr, ErrorCode::kNotFound,
        "The formation cannot be gone on from there; choose an earlier moment");
  const auto* mark = dynamic_cast<const PipelineMark*>(recorder_.restart(to->id).get());
  check(mark != nullptr, ErrorCode::kInternal, "Moment {} has no restart point", to->id);
  return mark->restored();
}

void FormationKeeper::leave_for(std::uint64_t moment, const Pipeline& now, const HeadView& view,
                                const std::shared_ptr<const BakedVolume>& volume) {
  const std::uint64_t to = recorder_.formation()->restart_of(moment)->id;
  recorder_.hold(to);
  const bool stands = (now.under_way() || now.steps_taken() > 0) && !stands_at_tip(now);
  if (ended_ || stands) {
    check(volume != nullptr, ErrorCode::kInternal, "The head was not drawn yet; try again");
    keep(now, view, volume, ended_ ? end_ : PipelineMark::of(now));
  }
  recorder_.go_on_from(to);
  ended_ = false;
  end_.reset();
}

}  // namespace portrait
