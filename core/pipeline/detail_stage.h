// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"
#include "core/guidance/detail_painter.h"
#include "core/guidance/noise_resampling.h"
#include "core/guidance/view_graph.h"
#include "core/nn/adam.h"
#include "core/pipeline/detail_options.h"
#include "core/pipeline/fine_detail.h"
#include "core/pipeline/locked_target.h"
#include "core/pipeline/opening_head.h"
#include "core/pipeline/optimised_state.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/pyramid_adam.h"
#include "core/pipeline/stage.h"
#include "core/pipeline/view_lock.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

class PerceptualDistance;

// Stage 3 (7): Psi = {T, psi_dec, psi_SR} under MV-NRS and L_ref, as METHOD spells it out. An
// iteration is done in parts, so that whoever asks can stop between two views: the photo's view,
// the fixed views in driving order, the random ones, then one update of Psi (19). With inner_steps
// above 1, further rounds follow on the targets that were kept, with an update after the photo and
// after each view: as much work moves the head further so, and what is painted costs more than
// coming nearer to it. Everything random is a function of (seed, iteration, view).
// A view that is locked is not painted: its target is the artist's picture, all of it, in every
// round and not only in its turn, with several steps in those on kept targets.
class DetailStage : public Stage {
 public:
  // One of the fixed viewpoints, as the last iteration left it.
  struct View {
    RigView rig;
    Camera camera;
    NoiseMemory memory;
    DrivingView surface;  // what it was lifted from: depth, opacity and normals [W,W]
    double loss = 0;      // L_I against what was applied
    double gradient_norm = 0;
    // To be looked at, of the last painting; not kept in projects. Undefined before it.
    OpeningHead::Look opening;  // of the head that the stage began with, once it was asked for
    Tensor render;     // [3,W,W], the head
    Tensor reference;  // [3,W,W], what was carried over from the driving view (8)
    Tensor known;      // [1,W,W], where it says something: 1 - the void mask
    int painted = 0;   // how often; grows with each painting
    int looks = 0;     // grows whenever there is something new to look at
    std::string locked;  // id of the artist's picture that is its target; empty: the model's own
  };

  // `head` is optimised in place. `perceptual`: of L_I, asked for once, when its weight is first
  // above 0; none: L_I is without that term.
  DetailStage(Field head, const PhotoTarget& photo, std::shared_ptr<const DetailPainter> painter,
              std::uint64_t seed, const Settings& settings, const ViewLocks& locks = {},
              std::function<std::shared_ptr<const PerceptualDistance>()> perceptual = {});
  ~DetailStage() override;
  DetailStage(const DetailStage&) = delete;

  // One part. losses: of the iteration that it completes, else empty. What is not finite changes
  // nothing: the head of the last update comes back, its iteration is done again with half the
  // rates (rolled_back); the second time kNumerical is thrown naming the term.
  StageResult step() override;

  int steps() const override { return options_.iterations; }
  int step_count() const override { return now_.iteration; }  // complete iterations
  int parts_done() const override { return part_; }           // since the head was last updated
  const std::vector<View>& views() const { return now_.views; }

  // In force from the next iteration on. Viewpoints that changed begin anew, and those that they
  // drive; the others keep what they have.
  void take_live(const Settings& settings) override { waiting_ = settings; }
  // The same. One that is unlocked is painted anew in that iteration.
  void take_locks(const ViewLocks& locks);
  const ViewLocks& locks() const { return locks_; }  // in force

  // A stage is loaded with the locks that were in force: "locks" of the state.
  void save_to(TensorMap& tensors, nlohmann::json& state) const override;
  void load_from(const TensorMap& tensors, const nlohmann::json& state) override;

 private:
  // What an update of Psi leaves for the next. Tensors are replaced, never written to, so that a
  // copy keeps it.
  struct State {
    int iteration = 0;
    int inner = 0;  // 0: to be painted; else the number of the next step towards what was kept
    double usual_norm = 0;  // of the summed gradient, smoothed; 0 = not known
    int rollbacks = 0;
    double damping = 1;
    std::vector<View> views;
  };
  struct Root;  // the photo's own view in this round

  void take_conditioning();
  void take_perceptual();
  void take_rig();
  void put_locks_in_force(ViewLocks locks);
  void take_lock(View& view) const;
  void begin_round();
  struct Turns {
    std::vector<std::size_t> painted;  // those that are not muted
    int own = 0;                       // of these, not locked
    int wanted = 0;                    // of their own, in an iteration
  };
  Turns turns() const;
  int views_wanted() const;  // in an iteration, but for those that were never painted
  int steps_in_round() const;  // on what was kept
  int turn() const;          // of a step towards what was kept: 0 the photo's, then order_'s
  void take_part();  // all of a step that takes long
  void take_photo();
  void take_fine_photo(const ViewGraph& graph);
  void take_view(std::size_t index);
  void repeat_view(std::size_t index);
  void take_locked_view(std::size_t index);
  void repeat_locked_view(std::size_t index);
  Tensor first_anchor(const View& view, std::size_t index) const;  // (13)
  void take_random_view(int number);
  StageResult update();
  StageResult roll_back(const std::string& term);

  int painted_driver(const View& view) const;  // past those that are muted
  HpdmPictures pictures(const ViewGraph& graph, const DrivingView& surface, int driver) const;
  bool keeps_opening() const;
  const OpeningHead::Look& opening_of(View& view) const;
  // The background alone where nothing of what is kept is near.
  Painted paint(const HpdmPictures& pictures, const OpeningHead::Look& kept, const Viewpoint& where,
                const Tensor& noise, int denoise_steps) const;
  void keep_to_look_at(View& view, const ViewGraph& graph, HpdmPictures pictures) const;
  // dL_I/dI of a target, at the graph's picture.
  PictureGradient towards(const ViewGraph& graph, const Tensor& target, double weight,
                          double& loss) const;
  ViewGraphOptions graph_options(int view) const;
  const GradientList& driving_gradient(const View& view) const;
  void keep_good();
  void restore_good();

  Field head_;
  PhotoTarget whole_photo_;
  PhotoTarget photo_;  // of the size that is painted
  std::shared_ptr<const DetailPainter> painter_;
  TextPrompt prompt_;
  std::shared_ptr<const Conditioning> conditioning_;  // of it, or of the photo
  std::uint64_t seed_;
  Settings settings_;                // in force
  std::optional<Settings> waiting_;  // in force from the next iteration on
  ViewLocks locks_;                  // in force
  std::map<std::string, LockedTarget> locked_;  // of their pictures, by id
  std::optional<ViewLocks> waiting_locks_;
  std::function<std::shared_ptr<const PerceptualDistance>()> perceptual_;
  DetailOptions options_;
  OpeningHead opening_;
  PyramidAdam planes_;
  Adam decoder_, sr_;

  State now_;
  // Of the round under way.
  State begun_;  // now_ as it was when the round began
  int part_ = 0;
  std::vector<std::size_t> order_;  // the fixed views of this iteration, in driving order
  std::unique_ptr<Root> root_;
  OccupancyGrid occupancy_;
  GradientList sum_;
  FineDetail fine_;
  FitLosses losses_;

  OptimisedState good_;  // with the state after the last update
  State good_state_;
};

}  // namespace portrait
