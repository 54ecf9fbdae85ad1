// SPDX-License-Identifier: Apache-2.0
// What a round of the detail stage is made of: the photo's view, the fixed ones, those in between.
#include "core/nn/torch.h"

#include "core/base/random.h"
#include "core/guidance/solidity_loss.h"
#include "core/pipeline/detail_root.h"
#include "core/pipeline/reference_view.h"
#include "core/pipeline/view_render.h"
#include "core/reprojection/splat_noise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace portrait {
namespace {

constexpr int kRandomViewKey = 1000;  // random views' numbers lie beyond the fixed ones'
constexpr int kPhotoKey = 999;
constexpr int kRounds = 1024;  // more than an iteration has steps, unless many views are locked

OpeningHead::Look look_of(const ViewGraph& graph) {
  return {graph.rgb().clamp(0, 1), graph.opacity(), graph.depth()};
}

double angle_between(const Viewpoint& a, const Viewpoint& b) {
  return std::acos(std::clamp(
      rig_camera(a).position().normalized().dot(rig_camera(b).position().normalized()), -1.0, 1.0));
}

}  // namespace

ViewGraphOptions DetailStage::graph_options(int view) const {
  ViewGraphOptions options;
  options.width = photo_.width;
  options.coarse = options_.coarse;
  options.fine = options_.fine;
  options.background = kTrainedBackground;
  options.occupancy = &occupancy_;
  options.jitter_key = RandomKey{seed_, random_purpose("detail samples"),
                                 static_cast<std::uint32_t>(now_.iteration * kRounds + now_.inner),
                                 static_cast<std::uint32_t>(view)};
  options.unskipped_from = now_.iteration + now_.inner;
  return options;
}

// The photo's view: L_ref, and what the photo is lifted from.
void DetailStage::take_photo() {
  occupancy_ = build_occupancy(head_);
  ViewGraphOptions options = graph_options(kPhotoKey);
  options.background = photo_.background;
  const ViewGraph graph(head_, photo_.camera, options);
  root_->surface = graph.surface();
  root_->surface.segmentation = photo_.matte_low;

  if (options_.relief_weight > 0 && !root_->opening.depth.defined()) {
    root_->opening = opening_.look(photo_.camera, photo_.width);
  }
  root_->gradient =
      reference_gradient(graph, photo_, options_.reference_weight, losses_,
                         {root_->opening.depth, root_->opening.opacity, options_.relief_weight});
  take_fine_photo(graph);
  add_gradient(sum_, root_->gradient);
}

// The photo's fine colours, all that it has, though pictures may be painted smaller.
void DetailStage::take_fine_photo(const ViewGraph& graph) {
  if (!head_.detail.defined() || options_.surface_rate <= 0) return;
  FineDetail::Shown shown = FineDetail::Shown::of(graph, root_->surface);
  if (whole_photo_.width != photo_.width) {
    if (now_.inner > 0) return;  // once an iteration: it is a picture more
    ViewRenderOptions options;
    options.width = whole_photo_.width;
    options.coarse = options_.coarse;
    options.fine = options_.fine;
    options.background = whole_photo_.background;
    options.occupancy = &occupancy_;
    const ViewRender view = render_view(head_, whole_photo_.camera, options);
    shown = {view.rgb, std::make_shared<const SurfaceTexels>(view.driving(), int(view.rgb.size(2))),
             view.driving()};
  }
  fine_.add(FineDetail::Source::kPhoto, shown, whole_photo_.rgb, whole_photo_.matte,
            options_.surface_rate);
}

PictureGradient DetailStage::towards(const ViewGraph& graph, const Tensor& target, double weight,
                                     double& loss) const {
  const Tensor picture = graph.rgb().detach().clone().set_requires_grad(true);
  const Tensor value = options_.image_loss(picture, target) * weight;
  value.backward();
  loss = value.item<double>();
  return {picture.grad(), {}, {}};
}

int DetailStage::painted_driver(const View& view) const {
  int driver = view.rig.driver;
  while (driver >= 0 && now_.views[std::size_t(driver)].rig.weight == 0) {
    driver = now_.views[std::size_t(driver)].rig.driver;
  }
  return driver;
}

const GradientList& DetailStage::driving_gradient(const View& view) const {
  const int driver = painted_driver(view);
  return driver < 0 ? root_->gradient : now_.views[std::size_t(driver)].memory.applied;
}

Tensor DetailStage::first_anchor(const View& view, std::size_t index) const {
  const NoiseShape shape = painter_->base().noise_shape(options_.size);
  const int driver = painted_driver(view);
  if (!options_.noise.chained() || driver < 0) {
    return options_.noise.own_anchor(shape, static_cast<int>(index));
  }
  const View& from = now_.views[std::size_t(driver)];
  return carry_anchor_noise(from.memory.anchor, from.surface, view.camera, shape, seed_, index);
}

// Steps 1 to 4 of MV-NRS for one fixed view.
void DetailStage::take_view(std::size_t index) {
  const auto number = static_cast<int>(index);
  const ViewGraph graph(head_, now_.views[index].camera, graph_options(number));
  View view = now_.views[index];
  view.surface = graph.surface();
  if (!view.memory.anchor.defined()) view.memory.anchor = first_anchor(view, index);
  NoiseTrial trial;
  trial.noise = options_.noise.draw(view.memory, now_.iteration, number);
  const HpdmPictures told = pictures(graph, view.surface, view.rig.driver);
  const OpeningHead::Look kept = keeps_opening() ? opening_of(view) : look_of(graph);
  Painted painted = paint(told, kept, view.rig.viewpoint, trial.noise, options_.denoise_steps);
  keep_to_look_at(view, graph, told);
  trial.target = std::move(painted.picture);
  trial.latents = std::move(painted.latents);
  double loss = 0;
  const PictureGradient resampled = towards(graph, trial.target, view.rig.weight, loss);
  if (options_.noise.retains() && view.memory.target.defined()) {
    double kept_loss = 0;
    const PictureGradient retained = towards(graph, view.memory.target, view.rig.weight, kept_loss);
    auto [of_resampled, of_kept] = graph.pull_pair(resampled, retained);
    trial.resampled = std::move(of_resampled);
    trial.kept = std::move(of_kept);
    options_.noise.decide(view.memory, std::move(trial), driving_gradient(view));
    if (!view.memory.scores.accepted) loss = kept_loss;
  } else {
    trial.resampled = graph.pull(resampled);
    options_.noise.decide(view.memory, std::move(trial), driving_gradient(view));
  }
  view.loss = loss;
  view.gradient_norm = gradient_norm(view.memory.applied);
  losses_.add("views", loss);
  fine_.add(FineDetail::Source::kPainted, FineDetail::Shown::of(graph, view.surface),
            view.memory.target, {}, options_.surface_rate * view.rig.weight);
  add_gradient(sum_, view.memory.applied);
  now_.views[index] = std::move(view);
}

// A further step towards the target that the view has.
void DetailStage::repeat_view(std::size_t index) {
  View& view = now_.views[index];
  const ViewGraph graph(head_, view.camera, graph_options(static_cast<int>(index)));
  const double weight = view.rig.weight;
  PictureGradient gradient = towards(graph, view.memory.target, weight, view.loss);
  losses_.add("views", view.loss);
  if (options_.solid_weight > 0) {
    // It may become more solid, as hair does that is painted anew; but not grow, where outlines
    // are kept.
    const SolidityLoss solid =
        solidity_loss(graph.opacity(), keeps_opening() && options_.keep_outlines
                                           ? outlines_of(opening_of(view).opacity)
                                           : SolidityBounds{view.surface.opacity, {}});
    const double scale = options_.solid_weight * weight;
    gradient.opacity = solid.gradient * scale;
    losses_.add("solid", solid.value * scale);
  }
  add_gradient(sum_, graph.pull(gradient));
}

// The multi-step term of Sec. 4.1, from anywhere between the fixed views.
void DetailStage::take_random_view(int number) {
  const int key = kRandomViewKey + number;
  RandomStream random({seed_, random_purpose("random view"),
                       static_cast<std::uint32_t>(now_.iteration),
                       static_cast<std::uint32_t>(number)});
  const Viewpoint where{random.uniform(-180, 180), random.uniform(-30, 30)};
  int driver = 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t v = 0; v < now_.views.size(); ++v) {
    const double apart = angle_between(where, now_.views[v].rig.viewpoint);
    if (apart < nearest) {
      nearest = apart;
      driver = static_cast<int>(v);
    }
  }
  const ViewGraph graph(head_, rig_camera(where), graph_options(key));
  const NoiseShape shape = painter_->base().noise_shape(options_.size);
  const Tensor noise =
      fresh_noise({seed_, random_purpose("random view noise"),
                   static_cast<std::uint32_t>(now_.iteration), static_cast<std::uint32_t>(number)},
                  shape.channels, shape.height, shape.width);
  const OpeningHead::Look kept =
      keeps_opening() ? opening_.look(graph.camera(), photo_.width) : look_of(graph);
  const Painted painted = paint(pictures(graph, graph.surface(), driver), kept, where, noise,
                                options_.random_denoise_steps);
  double loss = 0;
  add_gradient(sum_, graph.pull(towards(graph, painted.picture, options_.random_weight, loss)));
  losses_.add("views in between", loss);
}

}  // namespace portrait
