// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/field/field.h"
#include "core/guidance/view_diffusion.h"
#include "core/guidance/view_graph.h"
#include "core/nn/adam.h"
#include "core/pipeline/optimised_state.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/plane_change.h"
#include "core/pipeline/stage.h"
#include "core/prior/plane_unet.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>

namespace portrait {

struct GeometryOptions {
  int steps = 30;
  int views_per_step = 1;  // random viewpoints: azimuth over 360 degrees, elevation within 30
  int size = 256;          // pixels of their pictures
  bool through_unet = true;  // false: the tri-plane itself, to see what UNet_phi is for
  double rate_unet = 0.0005;
  double rate_planes = 0.005;  // in its place
  double rate_decoder = 0.0001;
  double guidance = 2;
  double distillation_weight = 1;
  bool reference_loss = true;
  double reference_weight = 1;
  int coarse = 48;
  int fine = 48;

  static GeometryOptions from(const Settings& settings);
  void take_live(const Settings& settings);
};

// What the stage works with: the frozen model that it distils, and phi_pre (4).
struct GeometryNetworks {
  std::shared_ptr<const ViewDiffusion> diffusion;
  LoadedPlaneUNet plane_unet;  // optimised in place: of this stage alone
};

// Stage 2, (5) and (6): phi and psi_dec by score distillation (2) from random viewpoints, the
// tri-plane being what UNet_phi makes of the one that came in (PlaneChange); with L_ref at the
// photo's own camera unless that is switched off (METHOD). The gradient of (2) is divided by the
// number of latents, so that pictures of all sizes weigh alike. Everything random is a function of
// (seed, step).
class GeometryStage : public Stage {
 public:
  // `head` is optimised in place: its planes are T_ft from the first step on.
  GeometryStage(Field head, const PhotoTarget& photo, GeometryNetworks networks, std::uint64_t seed,
                const Settings& settings);

  // One step. A value that is not finite brings the last good state back and halves the rates
  // (rolled_back); the second time kNumerical is thrown naming the term.
  StageResult step() override;

  int steps() const override { return options_.steps; }
  int step_count() const override { return step_; }
  void take_live(const Settings& settings) override { options_.take_live(settings); }

  void save_to(TensorMap& tensors, nlohmann::json& state) const override;
  void load_from(const TensorMap& tensors, const nlohmann::json& state) override;

 private:
  ViewGraphOptions graph_options(int view) const;
  void distil_view(int view, GradientList& sum);
  void take_photo(GradientList& sum);
  void show_planes();  // head_.planes = what has been learned of T
  StageResult roll_back(const std::string& term);

  Field head_;
  PhotoTarget photo_;
  std::shared_ptr<const ViewDiffusion> diffusion_;
  std::shared_ptr<const Conditioning> conditioning_;
  std::uint64_t seed_;
  GeometryOptions options_;
  Tensor before_;  // the planes that came in
  PlaneChange change_;
  Adam planes_, decoder_;
  OccupancyGrid occupancy_;
  FitLosses losses_;
  int step_ = 0;
  int draws_ = 0;  // step_ plus repeated ones: the step of the random keys
  int rollbacks_ = 0;
  double damping_ = 1;
  OptimisedState good_;
  int good_step_ = 0;
};

}  // namespace portrait
