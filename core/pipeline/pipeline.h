// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/field/field.h"
#include "core/nn/torch_safetensors.h"
#include "core/pipeline/journal.h"
#include "core/pipeline/loss_history.h"
#include "core/pipeline/memory_plan.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/stage_info.h"
#include "core/pipeline/view_lock.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

class DetailPainter;
class DetailStage;
class GanPrior;
class PerceptualDistance;
class Stage;
struct GeometryNetworks;

// What stages 2 and 3 work with, loaded when it is first needed; a stage without its source is not
// installed. GeometryNetworks come with a plane UNet of their own at each call.
struct StageSources {
  std::function<GeometryNetworks()> geometry;
  std::function<std::shared_ptr<const DetailPainter>()> painter;
  // How large pictures can be painted in so many free MB (0: not known); throws kOutOfMemory.
  std::function<PaintingPlan(int wanted, double free_mb)> plan_painting;
  // Of L_I in stage 3; none: L_I is without its perceptual term.
  std::function<std::shared_ptr<const PerceptualDistance>()> perceptual{};
};

// Stage 1: one forward pass of the prior over the matted crop. Never with gradients.
Field first_head(const GanPrior& prior, const PhotoInput& photo);
// For priors that align photos in their own way: of the photo itself, H x W RGB, as well.
// crop_from_photo: pixels to pixels.
Field first_head(const GanPrior& prior, const PhotoInput& photo, const Image& whole,
                 const Eigen::Matrix<double, 2, 3>& crop_from_photo);

struct StepStatus {
  bool finished = false;  // nothing is left to do
  bool head_changed = false;
  bool rolled_back = false;
  std::vector<std::pair<std::string, double>> losses;  // weighted, "total" first; of a stage whose
                                                       // steps have parts: after the last of them
};

// The stages after the first head, as a state machine that stands still between any two steps:
// the worker serves its commands there, the command line just goes on. Given photo, first head,
// seed, settings and journal, the head is the same bit for bit (same build, processor, threads).
class Pipeline {
 public:
  // first: T_init with decoder and super-resolution; kept as it is.
  Pipeline(const PhotoInput& photo, const Field& first, double first_head_seconds,
           std::shared_ptr<const Settings> settings, std::uint64_t seed);
  ~Pipeline();
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;

  void set_sources(StageSources sources);

  // Settings in force from the next step on; journalled while a run is under way.
  void set_settings(std::shared_ptr<const Settings> settings);
  void set_seed(std::uint64_t seed);  // for the next begin_run()

  // Views whose targets are the artist's, whenever stage 3 comes to them: in force from its next
  // iteration on. They outlive a run; journalled while one is under way.
  const ViewLocks& locks() const { return locks_; }
  void lock_view(ViewLock lock);  // in the place of a former one of that viewpoint
  void unlock_view(const Viewpoint& viewpoint);
  void set_locks(const ViewLocks& locks);  // these and no others
  // All that locks and journal name.
  const ArtistPictures& pictures() const { return pictures_; }
  void add_pictures(const ArtistPictures& pictures);  // what a journal names, before its replay

  // Back to the first head, all later stages waiting. A former run's journal ends here.
  void begin_run();
  // One step of the stage at hand, or one part of it (DetailStage), first planning it when it has
  // just come up. After a throw the last good head stands. kNumerical: see Stage::step().
  // kNotFound: a stage that was under way when the project was saved is not installed here.
  // Interrupted (core/base/interruption.h): as if the call had not been made.
  StepStatus step();
  // Closes the run wherever it stands.
  void end_run();
  bool under_way() const { return under_way_; }  // begun and not ended
  // Steps that the photo fit is given, from now on or when it comes up, instead of what its budget
  // allows by timing (revised_steps()): for replays. Kept with the run.
  void set_plan(int steps);

  const PhotoInput& photo() const { return photo_; }
  const Field& head() const { return head_; }
  const Field& first() const { return first_; }
  const Settings& settings() const { return *settings_; }
  std::uint64_t seed() const { return seed_; }
  int steps_taken() const { return steps_taken_; }
  const Journal& journal() const { return journal_; }
  // Stage 3 as it stands; none before it began.
  const DetailStage* detail() const;
  const std::vector<StageInfo>& stages() const { return stages_; }
  int stage() const { return stage_; }  // index of the running or last run one
  const std::vector<std::pair<std::string, double>>& losses() const { return losses_; }
  // Of all stages of the run.
  std::shared_ptr<const std::vector<LossSeries>> loss_history() const { return history_.series(); }
  double seconds() const;           // computing time over all stages
  double seconds_per_step() const;  // of the stage at hand, smoothed; 0 = not known

  // Everything needed to go on, bit for bit: photo, both fields, optimiser, settings, journal.
  void save_to(TensorMap& tensors, nlohmann::json& state) const;
  // Throws kCorrupt naming what is missing or malformed.
  static Pipeline load(const TensorMap& tensors, const nlohmann::json& state);

 private:
  struct Blank {};
  explicit Pipeline(Blank);
  void give_surfaces();
  void note(const std::string& command, nlohmann::json argument);
  bool installed(int stage) const;
  bool wanted(int stage);
  void fit_into_memory();
  void start(int stage);
  std::unique_ptr<Stage> make_stage(int stage, const Settings& settings, const ViewLocks& locks);
  void note_lock(const Viewpoint& viewpoint, const std::string& command, nlohmann::json argument);
  void tell_locks();
  std::set<std::string> named_pictures() const;
  StepStatus run_stage();
  void plan_steps(int steps);
  void revise_plan(double seconds);
  void record(int step, double seconds, const std::vector<std::pair<std::string, double>>& losses);

  PhotoInput photo_;
  Field first_;
  Field head_;
  std::shared_ptr<const Settings> settings_;
  std::uint64_t seed_ = 0;
  std::uint64_t run_seed_ = 0;
  ViewLocks locks_;
  ArtistPictures pictures_;
  StageSources sources_;
  std::unique_ptr<Stage> running_;  // that of stage_, also when it is done
  // Of a project whose stage is under way, until it is gone on with.
  TensorMap saved_;
  std::shared_ptr<const nlohmann::json> saved_state_;
  double part_seconds_ = 0;  // since the last whole step
  bool under_way_ = false;
  int given_plan_ = 0;
  int steps_taken_ = 0;
  int noted_from_ = 0;  // of a project that was saved between parts of a step: with those
  Journal journal_;
  std::vector<StageInfo> stages_;
  int stage_ = 0;
  std::vector<std::pair<std::string, double>> losses_;
  LossHistory history_;
  double seconds_per_step_ = 0;
};

// Makes the head of a journal again: begins, steps, and lets every entry act at its step, up to
// `steps` steps in all. The pipeline is a fresh one of the same photo and first head, with the
// pictures that the journal names (Pipeline::add_pictures()). `goes_on`, if there, is asked before
// every step (or part of one); at no it stands where it is, its run not ended. Throws kBadInput (a
// journal that does not begin), kCorrupt (one of another photo, or a picture is not there) and what
// Pipeline::step() throws.
void replay(Pipeline& pipeline, const Journal& journal, int steps,
            const std::function<bool()>& goes_on = {});

}  // namespace portrait
